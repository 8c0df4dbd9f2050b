-- The newest complete window of each PBX and its first: how far it is read.
FROM windows SEMI JOIN (
    SELECT pbx_id, max(until) AS until FROM windows WHERE state = 'complete' GROUP BY pbx_id
) USING (pbx_id, until)
UNION ALL
FROM windows SEMI JOIN (SELECT pbx_id, min(since) AS since FROM windows GROUP BY pbx_id) USING (pbx_id, since)
