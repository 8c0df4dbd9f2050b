-- Each PBX of the account: how much of the period its complete windows cover, and the account of every row received.
WITH wanted AS (SELECT unnest($pbx_ids) AS pbx_id),
inside AS (
    SELECT w.*, greatest(w.since, $since) AS from_at, least(w.until, $until) AS to_at
    FROM report_windows AS w JOIN wanted USING (pbx_id) WHERE w.since < $until AND w.until > $since
),
swept AS (
    SELECT *, max(to_at) OVER (
        PARTITION BY pbx_id ORDER BY from_at, to_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS read_before
    FROM inside WHERE state = 'complete'
),
covered AS (
    SELECT pbx_id, count(*) AS complete_windows,
        sum(greatest(0, epoch(to_at - greatest(from_at, coalesce(read_before, from_at))))) AS read_seconds,
        sum(rows) AS rows, sum(legs) AS legs, sum(duplicates) AS duplicates, sum(quarantined) AS quarantined
    FROM swept GROUP BY pbx_id
),
failed AS (
    SELECT i.pbx_id, count(*) AS failed_windows, coalesce(max_by(i.error, i.read_at), max(i.error)) AS error
    FROM inside AS i
    ANTI JOIN report_windows AS c
        ON c.pbx_id = i.pbx_id AND c.state = 'complete' AND c.since <= i.since AND c.until >= i.until
    WHERE i.state <> 'complete'
    GROUP BY i.pbx_id
),
newest AS (SELECT pbx_id, max(until) AS complete_until FROM report_windows WHERE state = 'complete' GROUP BY pbx_id),
held AS (
    SELECT pbx_id, count(*) AS calls FROM report_calls
    WHERE account_id = $account_id AND started_at >= $since AND started_at < $until GROUP BY pbx_id
)
SELECT w.pbx_id, n.complete_until, coalesce(c.read_seconds, 0) AS read_seconds,
    coalesce(c.complete_windows, 0) AS complete_windows, coalesce(f.failed_windows, 0) AS failed_windows, f.error,
    coalesce(c.rows, 0)::BIGINT AS rows, coalesce(c.legs, 0)::BIGINT AS legs,
    coalesce(c.duplicates, 0)::BIGINT AS duplicates, coalesce(c.quarantined, 0)::BIGINT AS quarantined,
    coalesce(h.calls, 0) AS calls, p.version, p.problems::VARCHAR AS problems
FROM wanted AS w
LEFT JOIN covered AS c USING (pbx_id) LEFT JOIN failed AS f USING (pbx_id)
LEFT JOIN newest AS n USING (pbx_id) LEFT JOIN held AS h USING (pbx_id) LEFT JOIN pbxs AS p USING (pbx_id)
ORDER BY w.pbx_id
