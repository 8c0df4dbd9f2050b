-- Extensions and queues that recorded and no longer do, with the day on which a snapshot first said so.
SELECT pbx_id, dn, name, kind, changed_on AS day
FROM recording_switches
WHERE pbx_id IN (SELECT unnest($pbx_ids)) AND day < $end
QUALIFY row_number() OVER (PARTITION BY pbx_id, dn ORDER BY day DESC) = 1 AND records = 'no' AND changed_on IS NOT NULL
ORDER BY changed_on DESC, pbx_id, dn
