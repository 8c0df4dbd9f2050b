-- Each CRM's calls of the period. `failed` counts activities of any kind; `calls` those of kind `call`.
SELECT v.crm_id,
    count(*) FILTER (v.kind = 'call') AS calls,
    count(*) FILTER (v.kind = 'call' AND v.state = 'delivered') AS delivered,
    count(*) FILTER (v.kind = 'call' AND v.state = 'pending') AS pending,
    count(*) FILTER (v.kind = 'call' AND v.state = 'skipped') AS skipped,
    count(*) FILTER (v.kind = 'call' AND v.state = 'failed') AS failed_calls,
    count(*) FILTER (v.state = 'failed') AS failed,
    mode(v.reason) FILTER (v.state = 'failed') AS reason
FROM report_activities AS v
WHERE v.account_id = $account_id AND v.started_at >= $since AND v.started_at < $until
GROUP BY v.crm_id ORDER BY v.crm_id
