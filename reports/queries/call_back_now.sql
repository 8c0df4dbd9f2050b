-- Not reached, and not called since the last try: most tries first, then the latest.
SELECT external_number, tries, last_missed_local AS last_try, longest_wait_seconds, first_time,
    CASE WHEN is_unjudged THEN 'unjudged' ELSE state END AS state
FROM report_episodes
WHERE account_id = $account_id AND needs_call AND episode_id IN (
    SELECT episode_id FROM report_calls
    WHERE account_id = $account_id AND outcome = 'missed' AND started_at >= $since AND started_at < $until
)
ORDER BY tries DESC, last_missed_at DESC, episode_id
