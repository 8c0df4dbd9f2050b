-- Extensions and queues that recorded and no longer do, with the day on which the snapshot first said so.
WITH steps AS (
    SELECT s.pbx_id, s.dn, s.name, s.kind, s.day, s.records,
        lag(s.records) OVER (PARTITION BY s.pbx_id, s.dn ORDER BY s.day) AS before,
        lead(s.records) OVER (PARTITION BY s.pbx_id, s.dn ORDER BY s.day) AS after
    FROM pbx_settings AS s
    WHERE s.pbx_id IN (SELECT unnest($pbx_ids)) AND s.records IS NOT NULL AND s.day < $end
),
changes AS (
    SELECT * EXCLUDE (before, after), row_number() OVER (PARTITION BY pbx_id, dn ORDER BY day DESC) AS age
    FROM steps WHERE before IS DISTINCT FROM records AND before IS NOT NULL
)
SELECT pbx_id, dn, name, kind, day FROM changes WHERE age = 1 AND records = 'no' ORDER BY day DESC, pbx_id, dn
