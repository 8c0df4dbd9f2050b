-- Extensions and queues that ever were in a daily snapshot: what the newest one says of recording. `is_there`: they are
-- in the newest snapshot of their PBX.
SELECT pbx_id, dn, arg_max(name, day) AS name, arg_max(kind, day) AS kind,
    arg_max(coalesce(records, 'unknown'), day) AS records,
    max(day) = max(max(day)) OVER (PARTITION BY pbx_id) AS is_there
FROM pbx_settings WHERE list_contains($pbx_ids, pbx_id) AND kind IN ('extension', 'queue')
GROUP BY pbx_id, dn
