-- Every inbound call, of any age: `short_abandon` says of a missed one whether its caller hung up early (null: its wait
-- is not known), `is_lost` whether it was missed otherwise.
CREATE OR REPLACE VIEW offered_calls AS
SELECT c.*,
    CASE WHEN c.outcome <> 'missed' THEN NULL
         WHEN c.miss_reason IN ('busy', 'rejected', 'not_offered', 'voicemail') THEN false
         ELSE c.wait_seconds < a.short_abandon_seconds END AS short_abandon,  -- those did not hang up: they were turned away
    c.outcome = 'missed' AND NOT coalesce(short_abandon, false) AS is_lost
FROM calls AS c LEFT JOIN accounts AS a USING (account_id)
WHERE c.direction = 'inbound';

-- Of each inbound call what a trend counts, on its local day.
CREATE OR REPLACE VIEW call_days AS
SELECT c.account_id, c.started_at, timezone(a.timezone, c.started_at)::DATE AS day, c.short_abandon, c.is_lost
FROM offered_calls AS c JOIN accounts AS a USING (account_id);

-- Every missed inbound call. Null where a thing is not known: `short_abandon` without a wait, `in_hours` without
-- opening hours, `episode_id` of a withheld number (nobody can call it back).
CREATE OR REPLACE VIEW missed_calls AS
WITH missed AS (
    SELECT c.*, a.has_hours, timezone(a.timezone, c.started_at) AS local_at
    FROM offered_calls AS c LEFT JOIN accounts AS a USING (account_id)
    WHERE c.outcome = 'missed'
),
placed AS (
    SELECT m.*, CASE WHEN m.has_hours THEN coalesce(m.started_at < o.closes_at, false) END AS in_hours
    FROM missed AS m
    ASOF LEFT JOIN open_intervals AS o ON o.account_id = m.account_id AND m.started_at >= o.opens_at
)
SELECT p.* EXCLUDE (has_hours, local_at),
    d.holiday,
    p.local_at::DATE AS day,
    isodow(p.local_at) AS weekday,
    hour(p.local_at) AS hour,
    e.episode_id,
    e.known_since = p.started_at AS first_time
FROM placed AS p
LEFT JOIN account_days AS d ON d.account_id = p.account_id AND d.day = p.local_at::DATE
LEFT JOIN caller_events AS e ON e.call_id = p.call_id AND e.is_missed;
