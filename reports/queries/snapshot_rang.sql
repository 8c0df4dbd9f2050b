-- The extensions that rang in those calls.
CREATE OR REPLACE TEMP TABLE every_rang AS
SELECT c.account_id, c.call_id, c.pbx_id, g.destination_dn AS dn, max(g.destination_name) AS leg_name
FROM legs AS g JOIN every_call AS c USING (call_id)
WHERE g.destination_kind = 'extension' AND g.destination_dn IS NOT NULL GROUP BY ALL
