-- How far each PBX is read. A view takes no parameter, so "now" is where the data ends: the end of the newest
-- complete window. A PBX read only in part is known to the start of its first window; one that left no windows
-- (a lake filled by hand) to its newest call. A PBX that has left the config has no probe: nobody waits for it.
CREATE OR REPLACE VIEW pbx_reading AS
WITH owners AS (
    SELECT pbx_id, any_value(account_id) AS account_id, max(started_at) AS newest_call_at
    FROM (
        SELECT pbx_id, account_id, started_at FROM calls WHERE account_id NOT IN (SELECT account_id FROM pbxs)
        UNION ALL SELECT pbx_id, account_id, NULL FROM pbxs
    ) GROUP BY pbx_id
),
read AS (
    SELECT pbx_id, max(until) FILTER (state = 'complete') AS complete_until, min(since) AS first_since
    FROM windows GROUP BY pbx_id
)
SELECT o.account_id, o.pbx_id, r.complete_until, coalesce(r.complete_until, r.first_since, o.newest_call_at) AS as_of
FROM owners AS o LEFT JOIN read AS r USING (pbx_id);

-- An account is known as far as the least read of its PBXs: any of them may hold the call back.
CREATE OR REPLACE VIEW account_as_of AS
SELECT account_id, min(as_of) AS as_of, max(as_of) AS newest_as_of FROM pbx_reading GROUP BY account_id;

-- What was never read: what lies between two complete windows, and all before a PBX's first one. Of a PBX that has
-- none, although it was found in the config, nothing was.
CREATE OR REPLACE VIEW unread_spans AS
WITH ordered AS (
    SELECT pbx_id, since, max(until) OVER (
        PARTITION BY pbx_id ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS read_until
    FROM windows WHERE state = 'complete'
),
gaps AS (
    SELECT pbx_id, coalesce(read_until, '-infinity'::TIMESTAMPTZ) AS since, since AS until FROM ordered
    UNION ALL
    SELECT pbx_id, '-infinity'::TIMESTAMPTZ, 'infinity'::TIMESTAMPTZ
    FROM pbxs WHERE pbx_id NOT IN (SELECT pbx_id FROM ordered)
)
SELECT r.account_id, g.pbx_id, g.since, g.until FROM gaps AS g JOIN pbx_reading AS r USING (pbx_id)
WHERE g.until > g.since;
