-- Each account's calls from outside per local day, over all weeks of the trend: as they count in `volumes`.
CREATE OR REPLACE TEMP TABLE every_day AS
SELECT account_id, day, count(*) AS offered, count(*) FILTER (is_lost) AS lost,
    count(*) FILTER (short_abandon) AS short_abandons
FROM call_days
WHERE started_at >= $trend_since AND started_at < $until AND account_id IN (SELECT unnest($account_ids))
GROUP BY ALL
