-- The extensions and queues that took part in those calls in which people spoke. A queue is one of them only where it
-- has a recording switch of its own.
CREATE OR REPLACE TEMP TABLE every_party AS
WITH numbers AS (
    SELECT pbx_id, dn, max_by(kind, day) AS kind, max_by(name, day) AS name, max_by(records, day) AS records
    FROM pbx_settings GROUP BY ALL
)
SELECT c.account_id, c.call_id, c.pbx_id, p.dn, n.name, coalesce(n.kind, 'extension') AS kind
FROM (SELECT account_id, call_id, pbx_id, queue FROM every_call WHERE spoke) AS c
JOIN call_parties AS p USING (call_id)
LEFT JOIN numbers AS n ON n.pbx_id = c.pbx_id AND n.dn = p.dn
WHERE n.records IS NOT NULL OR (p.dn IS DISTINCT FROM c.queue AND coalesce(n.kind, 'extension') <> 'queue')
