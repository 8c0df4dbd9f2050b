SELECT * FROM report_episodes
WHERE account_id = $account_id AND episode_id IN (
    SELECT episode_id FROM report_calls
    WHERE account_id = $account_id AND outcome = 'missed' AND started_at >= $since AND started_at < $until
)
ORDER BY needs_call DESC, tries DESC, last_missed_at DESC, episode_id
