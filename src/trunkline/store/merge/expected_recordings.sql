-- A call that should have a recording and has none gets a row of its own, with the first cause that holds.
-- Judged once the call is old enough; looked at again while it waits, or while the cause is a missing right.
CREATE OR REPLACE TEMP TABLE expected AS
WITH settings AS (
    SELECT pbx_id, dn, arg_max(records, day) AS records, max(day) AS seen_on
    FROM pbx_settings WHERE pbx_id = $pbx_id AND kind = 'extension' GROUP BY pbx_id, dn
),
due AS (
    SELECT c.*, a.recording_policy, p.can_list_recordings, p.recording_stopped, p.quota_reached, p.auto_delete_days,
        s.dn AS switched_dn, s.records, s.seen_on, w.read_at
    FROM calls AS c
    JOIN accounts AS a USING (account_id)
    LEFT JOIN pbxs AS p ON p.pbx_id = c.pbx_id
    LEFT JOIN settings AS s
        ON s.dn = CASE WHEN c.direction = 'inbound' THEN c.answered_by ELSE
            (SELECT min_by(source_dn, seq) FROM legs WHERE legs.call_id = c.call_id) END
    LEFT JOIN (SELECT max(read_at) AS read_at FROM windows WHERE pbx_id = $pbx_id AND state = 'complete') AS w ON true
    WHERE c.pbx_id = $pbx_id
        AND c.started_at >= $since
        AND c.answered_by IS NOT NULL
        AND coalesce(c.talk_seconds, 3) >= 3
        AND (a.recording_policy = 'all' OR (a.recording_policy = 'external' AND c.direction <> 'internal'))
        AND NOT EXISTS (
            FROM recordings AS r WHERE r.call_id = c.call_id AND (r.native_id IS NOT NULL
                OR (r.state = 'missing' AND r.cause <> 'access')))
)
SELECT call_id || ':expected' AS recording_id, call_id, account_id, pbx_id, 'none' AS link, started_at,
    CASE WHEN cause IS NULL THEN 'pending' ELSE 'missing' END AS state, cause,
    CASE cause
        WHEN 'access' THEN json_object('can_list_recordings', can_list_recordings)
        WHEN 'quota' THEN json_object('recording_stopped', recording_stopped, 'quota_reached', quota_reached)
        WHEN 'policy' THEN json_object('extension', switched_dn, 'records', records, 'seen_on', seen_on::VARCHAR)
        WHEN 'purged' THEN json_object('auto_delete_days', auto_delete_days)
        WHEN 'not_recorded' THEN json_object('read_at', read_at::VARCHAR)
    END AS evidence
FROM (
    SELECT *, CASE
        WHEN can_list_recordings IS FALSE THEN 'access'
        WHEN recording_stopped OR quota_reached THEN 'quota'
        WHEN records = 'no' OR (records = 'external' AND direction = 'internal') THEN 'policy'
        WHEN ended_at > $now - INTERVAL 60 MINUTE THEN NULL
        WHEN started_at < $now - to_days(auto_delete_days::INTEGER) THEN 'purged'
        WHEN can_list_recordings THEN 'not_recorded'
        ELSE 'unexplained' END AS cause
    FROM due
);
