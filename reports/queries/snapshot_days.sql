-- Each account's calls from outside per local day, over all weeks of the trend: as they count in `volumes`.
CREATE OR REPLACE TEMP TABLE report_days AS
SELECT c.account_id, timezone(a.timezone, c.started_at)::DATE AS day, count(*) AS offered,
    count(*) FILTER (c.is_lost) AS lost, count(*) FILTER (c.short_abandon) AS short_abandons
FROM offered_calls AS c JOIN accounts AS a USING (account_id)
WHERE c.started_at >= $weeks_since AND c.started_at < $until AND c.account_id IN (SELECT unnest($account_ids))
GROUP BY ALL
