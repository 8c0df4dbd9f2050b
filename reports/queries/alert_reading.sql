-- When each PBX was last read with success, how far it is known, and what the newest failure since then says.
-- `last_read_at`: null where nothing was read so far.
SELECT pbx_id, max(until) FILTER (state = 'complete') AS read_until,
    greatest(read_until, max(read_at) FILTER (state = 'complete')) AS last_read_at,
    max(read_at) FILTER (state <> 'complete') AS last_failed_at,
    arg_max(error, read_at) FILTER (state <> 'complete' AND error IS NOT NULL) AS error
FROM windows WHERE list_contains($pbx_ids, pbx_id) GROUP BY pbx_id
