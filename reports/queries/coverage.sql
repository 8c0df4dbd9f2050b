SELECT eligible, not_eligible, recorded, recording_state AS state, recording_cause AS cause, recorded_in_error,
    count(*) AS calls, count(*) - count(talk_seconds) AS unmeasured,
    sum(talk_seconds) AS talk_seconds, sum(audio_seconds) AS audio_seconds
FROM report_calls
WHERE account_id = $account_id AND spoke AND started_at >= $since AND started_at < $until
GROUP BY ALL ORDER BY ALL
