FROM calls WHERE started_at >= $since AND started_at < $until AND account_id IN (SELECT unnest($account_ids))
