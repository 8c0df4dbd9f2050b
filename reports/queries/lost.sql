-- Where missed calls were lost, short abandons left out. A call that rang at two extensions counts at both. A queue or
-- extension is one of its PBX: where two PBXs have the same number, both are named with theirs.
WITH lost AS (
    SELECT * FROM report_calls
    WHERE account_id = $account_id AND is_lost AND started_at >= $since AND started_at < $until
),
names AS (
    SELECT s.pbx_id, s.dn, max_by(s.name, s.day) AS name
    FROM pbx_settings AS s WHERE s.pbx_id IN (SELECT pbx_id FROM lost) GROUP BY ALL
),
rang AS (SELECT r.* FROM report_rang AS r JOIN lost USING (call_id)),
inside AS (
    SELECT 'queue' AS kind, pbx_id, queue AS label, NULL AS leg_name, count(*) AS calls
    FROM lost WHERE queue IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT 'extension', pbx_id, dn, max(leg_name), count(DISTINCT call_id) FROM rang GROUP BY pbx_id, dn
),
named AS (
    SELECT i.kind, i.label, coalesce(n.name, i.leg_name) AS own_name, i.pbx_id, i.calls,
        count(*) OVER (PARTITION BY i.kind, i.label) AS places
    FROM inside AS i LEFT JOIN names AS n ON n.pbx_id = i.pbx_id AND n.dn = i.label
)
SELECT 'reason' AS kind, miss_reason AS label, NULL AS name, count(*) AS calls FROM lost GROUP BY ALL
UNION ALL
SELECT 'number', did, NULL, count(*) FROM lost WHERE did IS NOT NULL GROUP BY did
UNION ALL
SELECT kind, label, if(places > 1, concat_ws(', ', own_name, pbx_id), own_name), calls FROM named
ORDER BY kind, calls DESC, label, name
