-- The first and the newest call of each PBX: how far the lake reaches.
SELECT c.* FROM calls AS c SEMI JOIN (
    SELECT pbx_id, unnest([min(started_at), max(started_at)]) AS started_at FROM calls
    WHERE account_id IN (SELECT unnest($account_ids)) GROUP BY pbx_id
) AS e USING (pbx_id, started_at)
