-- The episodes that those calls belong to, as they stand now. Whose number retention removed, nobody can call.
CREATE OR REPLACE TEMP TABLE every_episode AS
SELECT e.*, timezone(a.timezone, e.first_missed_at) AS first_missed_local, timezone(a.timezone, e.last_missed_at) AS last_missed_local,
    timezone(a.timezone, e.first_attempt_at) AS first_attempt_local, timezone(a.timezone, e.reached_at) AS reached_local,
    timezone(a.timezone, e.deadline_at) AS deadline_local
FROM episodes AS e LEFT JOIN accounts AS a USING (account_id)
WHERE e.episode_id IN (SELECT episode_id FROM every_call WHERE episode_id IS NOT NULL)
