-- From the last snapshot before the span on; of a number whose switch was changed before that, every one.
WITH before AS (
    SELECT pbx_id, dn, max(day) AS day, count(DISTINCT records) > 1 AS was_switched
    FROM pbx_settings WHERE day < timezone('UTC', $since)::DATE GROUP BY ALL
)
SELECT s.* FROM pbx_settings AS s LEFT JOIN before AS b USING (pbx_id, dn)
WHERE s.day >= coalesce(b.day, s.day) OR b.was_switched
