SELECT pbx_id, day, read_share FROM report_read_days
WHERE pbx_id IN (SELECT unnest($pbx_ids)) AND day IN (SELECT unnest($days))
