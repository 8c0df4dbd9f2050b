-- Every missed inbound call. Null where a thing is not known: `short_abandon` without a wait, `in_hours` without
-- opening hours, `episode_id` of a withheld number (nobody can call it back).
CREATE OR REPLACE VIEW missed_calls AS
WITH missed AS (
    SELECT c.*, a.short_abandon_seconds, a.has_hours, timezone(a.timezone, c.started_at) AS local_at
    FROM calls AS c LEFT JOIN accounts AS a USING (account_id)
    WHERE c.direction = 'inbound' AND c.outcome = 'missed'
),
placed AS (
    SELECT m.*, CASE WHEN m.has_hours THEN coalesce(m.started_at < o.closes_at, false) END AS in_hours
    FROM missed AS m
    ASOF LEFT JOIN open_intervals AS o ON o.account_id = m.account_id AND m.started_at >= o.opens_at
)
SELECT p.* EXCLUDE (short_abandon_seconds, has_hours, local_at),
    CASE WHEN p.miss_reason IN ('busy', 'rejected', 'not_offered', 'voicemail') THEN false
         ELSE p.wait_seconds < p.short_abandon_seconds END AS short_abandon,  -- those did not hang up: they were turned away
    d.holiday,
    p.local_at::DATE AS day,
    isodow(p.local_at) AS weekday,
    hour(p.local_at) AS hour,
    e.episode_id,
    e.known_since = p.started_at AS first_time
FROM placed AS p
LEFT JOIN account_days AS d ON d.account_id = p.account_id AND d.day = p.local_at::DATE
LEFT JOIN caller_events AS e ON e.call_id = p.call_id AND e.is_missed;
