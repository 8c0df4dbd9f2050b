-- Where missed calls were lost, short abandons left out. A call that rang at two extensions counts at both.
WITH lost AS (
    SELECT * FROM report_calls
    WHERE account_id = $account_id AND is_lost AND started_at >= $since AND started_at < $until
),
names AS (
    SELECT s.pbx_id, s.dn, max_by(s.name, s.day) AS name
    FROM pbx_settings AS s WHERE s.pbx_id IN (SELECT pbx_id FROM lost) GROUP BY ALL
),
rang AS (SELECT r.* FROM report_rang AS r JOIN lost USING (call_id))
SELECT 'reason' AS kind, miss_reason AS label, NULL AS name, count(*) AS calls FROM lost GROUP BY ALL
UNION ALL
SELECT 'queue', l.queue, max(n.name), count(*)
FROM lost AS l LEFT JOIN names AS n ON n.pbx_id = l.pbx_id AND n.dn = l.queue
WHERE l.queue IS NOT NULL GROUP BY l.queue
UNION ALL
SELECT 'number', did, NULL, count(*) FROM lost WHERE did IS NOT NULL GROUP BY did
UNION ALL
SELECT 'extension', r.dn, coalesce(max(n.name), max(r.leg_name)), count(DISTINCT r.call_id)
FROM rang AS r LEFT JOIN names AS n ON n.pbx_id = r.pbx_id AND n.dn = r.dn
GROUP BY r.dn
ORDER BY kind, calls DESC, label
