-- For a trend over more than the span.
FROM call_days WHERE started_at >= $trend_since AND started_at < $until AND account_id IN (SELECT unnest($account_ids))
