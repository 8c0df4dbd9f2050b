-- A leg begins at most a day after its call, and within a moment of it in the PBX's rows.
FROM legs
WHERE coalesce(started_at >= $since - INTERVAL 1 DAY AND started_at < $until + INTERVAL 1 DAY, true) AND call_id IN (
    SELECT call_id FROM calls
    WHERE started_at >= $since AND started_at < $until AND account_id IN (SELECT unnest($account_ids)))
