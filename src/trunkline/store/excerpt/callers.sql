-- Who was missed in the span. A call that retention removed counts with the call that goes on after it.
SELECT *, {caller_key} AS caller_key FROM (
    SELECT DISTINCT i.account_id, coalesce(n.external_number, i.external_number) AS external_number
    FROM calls AS i LEFT JOIN calls AS n ON n.call_id = i.continued_by
    WHERE i.direction = 'inbound' AND i.outcome = 'missed' AND i.external_number IS NOT NULL
)
