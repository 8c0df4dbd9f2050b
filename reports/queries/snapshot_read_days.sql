-- Which share of each local day complete windows of each PBX cover, an overlap counting once.
CREATE OR REPLACE TEMP TABLE every_read_day AS
WITH asked AS (SELECT unnest($pbx_ids) AS pbx_id, unnest($pbx_timezones) AS timezone),
days AS (
    SELECT a.pbx_id, s.day::DATE AS day, timezone(a.timezone, s.day) AS begins_at,
        timezone(a.timezone, s.day + INTERVAL 1 DAY) AS ends_at
    FROM asked AS a, generate_series($first_day::TIMESTAMP, $last_day::TIMESTAMP, INTERVAL 1 DAY) AS s(day)
),
inside AS (
    SELECT d.pbx_id, d.day, d.begins_at, d.ends_at,
        greatest(w.since, d.begins_at) AS from_at, least(w.until, d.ends_at) AS to_at
    FROM days AS d
    JOIN windows AS w ON w.pbx_id = d.pbx_id AND w.since < d.ends_at AND w.until > d.begins_at
    WHERE w.state = 'complete' AND w.until > $trend_since AND w.since < $until
),
swept AS (
    SELECT *, max(to_at) OVER (
        PARTITION BY pbx_id, day ORDER BY from_at, to_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS read_before
    FROM inside
),
covered AS (
    SELECT pbx_id, day, sum(greatest(0, epoch(to_at - greatest(from_at, coalesce(read_before, from_at))))) AS seconds
    FROM swept GROUP BY ALL
)
SELECT d.pbx_id, d.day, coalesce(c.seconds, 0) / epoch(d.ends_at - d.begins_at) AS read_share
FROM days AS d LEFT JOIN covered AS c USING (pbx_id, day)
