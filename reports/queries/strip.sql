-- What became of recordings per number and local day. A call in which two numbers took part counts at both; one without
-- any, such as one forwarded to an outside phone, under a null number.
SELECT c.pbx_id, p.dn, p.name, p.kind, c.local_at::DATE AS day, c.eligible, c.not_eligible, c.recorded,
    c.recording_state AS state, c.recording_cause AS cause, count(*) AS calls
FROM report_calls AS c LEFT JOIN report_parties AS p USING (call_id)
WHERE c.account_id = $account_id AND c.spoke AND c.started_at >= $since AND c.started_at < $until
GROUP BY ALL ORDER BY ALL
