-- None is told to a CRM before its call began.
FROM activities
WHERE account_id IN (SELECT unnest($account_ids)) AND (first_tried_at >= $since OR first_tried_at IS NULL) AND call_id IN (
    SELECT call_id FROM calls WHERE started_at >= $since AND started_at < $until)
