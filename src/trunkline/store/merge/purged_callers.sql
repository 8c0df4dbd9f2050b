-- For callers who lose their number in calls before $line: which calls go on counting with a later one, and whose next
-- call must be told that it is not their first. Read from the view as it stands before anything is removed.
CREATE OR REPLACE TEMP TABLE purged_callers AS
WITH due AS (
    SELECT DISTINCT e.external_number FROM caller_events AS e JOIN calls AS c USING (call_id)
    WHERE e.account_id = $account AND c.purged_at IS NULL AND c.started_at < $line
),
timeline AS (
    SELECT call_id, external_number, started_at, conversation, is_missed, is_spoken, started_at < $line AS is_past
    FROM caller_events WHERE account_id = $account AND external_number IN (FROM due)
),
-- A conversation ends an episode, and the misses after it are the next one: only those may go on beyond the line.
turned AS (
    SELECT external_number, max(conversation) FILTER (is_past) AS conversation,
        min_by(call_id, (started_at, call_id)) FILTER (NOT is_past) AS next_call_id
    FROM timeline GROUP BY external_number HAVING count(*) FILTER (NOT is_past) > 0
),
-- Of each caller who called again: the calls of the episode that goes on, if one does.
going_on AS (
    SELECT l.external_number, list(l.call_id ORDER BY l.started_at, l.call_id) AS call_ids, t.next_call_id
    FROM timeline AS l JOIN turned AS t USING (external_number, conversation)
    WHERE l.is_past AND NOT l.is_spoken
    GROUP BY ALL HAVING bool_or(l.is_missed)
)
SELECT coalesce(g.call_ids, []) AS continued, t.next_call_id,
    -- The first call that still counts for the caller is not the first one: others before it are removed.
    CASE WHEN g.call_ids IS NULL THEN t.next_call_id WHEN p.past > len(g.call_ids) THEN g.call_ids[1] END AS known_call_id
FROM turned AS t
LEFT JOIN going_on AS g USING (external_number)
JOIN (SELECT external_number, count(*) FILTER (is_past) AS past FROM timeline GROUP BY ALL) AS p USING (external_number);
