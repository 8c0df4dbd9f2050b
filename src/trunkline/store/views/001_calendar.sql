-- Every day of each account's calls (and some after, for deadlines) in the account's own zone. A business day has
-- opening hours and is no holiday; without hours set, it is Monday to Friday and no holiday.
-- `ordinal` numbers the business days: on other days it is that of the last one before.
CREATE OR REPLACE VIEW account_days AS
WITH bounds AS (
    SELECT min(started_at)::DATE - 7 AS first_day, max(started_at)::DATE + 30 AS last_day FROM calls
),
days AS (
    SELECT account_id, timezone, has_hours,
        unnest(generate_series(first_day::TIMESTAMP, last_day + callback_amount::INTEGER * 7, INTERVAL 1 DAY))::DATE AS day
    FROM accounts, bounds
),
marked AS (
    SELECT d.account_id, d.timezone, d.day, isodow(d.day) AS weekday, h.name AS holiday,
        h.day IS NULL AND CASE WHEN d.has_hours THEN s.weekday IS NOT NULL ELSE isodow(d.day) <= 5 END AS is_business
    FROM days AS d
    LEFT JOIN (SELECT DISTINCT account_id, weekday FROM open_spans) AS s
        ON s.account_id = d.account_id AND s.weekday = isodow(d.day)
    LEFT JOIN (SELECT account_id, day, min(name) AS name FROM holidays GROUP BY ALL) AS h
        ON h.account_id = d.account_id AND h.day = d.day
)
SELECT *, count(*) FILTER (is_business) OVER (PARTITION BY account_id ORDER BY day) AS ordinal FROM marked;

CREATE OR REPLACE VIEW business_days AS
SELECT account_id, day, ordinal FROM account_days WHERE is_business;

-- The spans in which an account is open, as instants, so that a day of 23 or 25 hours is as long as it was.
CREATE OR REPLACE VIEW open_intervals AS
WITH spans AS (
    SELECT d.account_id,
        timezone(d.timezone, d.day + to_minutes(s.opens_minute)) AS opens_at,
        timezone(d.timezone, d.day + to_minutes(s.closes_minute)) AS closes_at
    FROM account_days AS d
    JOIN open_spans AS s ON s.account_id = d.account_id AND s.weekday = d.weekday
    WHERE d.holiday IS NULL
)
SELECT *, coalesce(sum(epoch(closes_at - opens_at)) OVER (
    PARTITION BY account_id ORDER BY opens_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
), 0) AS open_seconds_before
FROM spans;
