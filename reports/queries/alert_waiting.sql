-- Callers who were missed since `$since`, and those of `$episode_ids`: do they wait for a call back, and since when?
-- `waited_seconds` counts from the first miss, or from the last one where an attempt was made before it, to where all
-- of the account's PBXs are read (`$as_ofs`): opening hours where the account has any. Null where that is too long ago,
-- or a part between was never read: somebody may have called back there.
WITH wanted AS (SELECT unnest($account_ids) AS account_id, unnest($as_ofs::TIMESTAMPTZ[]) AS known_until),
chosen AS (
    SELECT e.*, w.known_until, a.has_hours,
        CASE WHEN e.last_attempt_at IS NULL THEN e.first_missed_at ELSE e.last_missed_at END AS waits_since
    FROM episodes AS e JOIN wanted AS w USING (account_id) JOIN accounts AS a USING (account_id)
    WHERE e.last_missed_at >= $since OR list_contains($episode_ids, e.episode_id)
),
marked AS (
    SELECT c.*, u.episode_id IS NOT NULL AS is_unread
    FROM chosen AS c LEFT JOIN (
        SELECT DISTINCT episode_id FROM chosen AS e JOIN unread_spans AS s
            ON s.account_id = e.account_id AND s.until > e.waits_since AND s.since < e.known_until
    ) AS u USING (episode_id)
),
began AS (
    SELECT m.*, coalesce(o.open_seconds_before + greatest(0, epoch(least(m.waits_since, o.closes_at) - o.opens_at)), 0)
        AS open_seconds_then
    FROM marked AS m ASOF LEFT JOIN open_intervals AS o ON o.account_id = m.account_id AND m.waits_since >= o.opens_at
)
SELECT b.episode_id, b.account_id, b.needs_call, b.is_removed, b.tries, b.waits_since, b.first_missed_at, b.last_missed_at,
    b.last_attempt_at, b.reached_at, b.reached_direction, b.has_hours,
    CASE WHEN b.is_unread OR b.known_until IS NULL THEN NULL
        WHEN b.has_hours THEN
            coalesce(o.open_seconds_before + greatest(0, epoch(least(b.known_until, o.closes_at) - o.opens_at)), 0)
            - b.open_seconds_then
        ELSE epoch(b.known_until - b.waits_since)
    END AS waited_seconds
FROM began AS b ASOF LEFT JOIN open_intervals AS o ON o.account_id = b.account_id AND b.known_until >= o.opens_at
ORDER BY b.waits_since, b.episode_id
