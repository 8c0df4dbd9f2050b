-- Each caller's calls with one account, in order. `conversation` counts the times somebody spoke to the caller so
-- far: the missed calls that share a number are one episode.
-- A call that retention removed has a pseudonym for a number, or counts with the call that goes on after it
-- (`continued_by`); `is_removed`: nothing tells any longer who the caller is.
CREATE OR REPLACE VIEW caller_events AS
WITH continuing AS (
    SELECT call_id, external_number, purged_at FROM calls
    WHERE call_id IN (SELECT continued_by FROM calls WHERE continued_by IS NOT NULL)
),
events AS (
    SELECT c.call_id, c.account_id, coalesce(n.external_number, c.external_number) AS external_number, c.started_at,
        c.direction, c.wait_seconds,
        c.outcome = 'missed' AS is_missed,
        c.direction = 'outbound' AS is_attempt,
        c.outcome IN ('answered', 'connected') AS is_spoken,
        CASE WHEN n.call_id IS NULL THEN c.purged_at ELSE n.purged_at END IS NOT NULL AS is_removed,
        CASE WHEN c.known_before THEN TIMESTAMPTZ '-infinity' ELSE c.started_at END AS first_known_at
    FROM calls AS c LEFT JOIN continuing AS n ON n.call_id = c.continued_by
    WHERE c.external_number IS NOT NULL AND c.direction IN ('inbound', 'outbound')
),
counted AS (
    SELECT *,
        count(*) FILTER (is_spoken) OVER (
            PARTITION BY account_id, external_number ORDER BY started_at, call_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS conversation,
        min(first_known_at) OVER (PARTITION BY account_id, external_number) AS known_since
    FROM events
)
SELECT *,
    account_id || '/' || first_value(CASE WHEN is_missed THEN call_id END IGNORE NULLS) OVER episode AS episode_id,
    min(started_at) FILTER (is_missed) OVER episode AS first_missed_at
FROM counted
WINDOW episode AS (
    PARTITION BY account_id, external_number, conversation ORDER BY started_at, call_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
);
