-- Each caller's calls with one account, in order. `conversation` counts the times somebody spoke to the caller so
-- far: the missed calls that share a number are one episode.
CREATE OR REPLACE VIEW caller_events AS
WITH events AS (
    SELECT call_id, account_id, external_number, started_at, direction, wait_seconds,
        outcome = 'missed' AS is_missed,
        direction = 'outbound' AS is_attempt,
        outcome IN ('answered', 'connected') AS is_spoken
    FROM calls
    WHERE external_number IS NOT NULL AND direction IN ('inbound', 'outbound')
),
counted AS (
    SELECT *,
        count(*) FILTER (is_spoken) OVER (
            PARTITION BY account_id, external_number ORDER BY started_at, call_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS conversation,
        min(started_at) OVER (PARTITION BY account_id, external_number) AS known_since
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
