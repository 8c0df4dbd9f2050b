-- Those of the span's calls, and those that a PBX will delete before anybody has stored them.
WITH heard AS (
    FROM recordings
    WHERE coalesce(started_at >= $since - INTERVAL 1 DAY AND started_at < $until + INTERVAL 1 DAY, true) AND call_id IN (
        SELECT call_id FROM calls
        WHERE started_at >= $since AND started_at < $until AND account_id IN (SELECT unnest($account_ids)))
),
waiting AS (
    FROM recordings
    WHERE state <> 'stored' AND native_id IS NOT NULL AND account_id IN (SELECT unnest($account_ids))
        AND started_at >= $until - to_days((SELECT max(auto_delete_days)::INTEGER FROM pbxs))
)
FROM heard UNION ALL (FROM waiting AS w ANTI JOIN heard AS h USING (recording_id))
