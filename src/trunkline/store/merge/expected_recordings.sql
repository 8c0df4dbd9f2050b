-- A call that should have a recording and has none gets a row of its own, with the first cause that holds.
-- Judged once the call is old enough; looked at again while it waits, or while nobody could look for it.
-- A state of the PBX that held at the last snapshot before the call's day, or at the first one after, may have held then.
CREATE OR REPLACE TEMP TABLE expected AS
WITH lists AS (
    SELECT p.call_id, bool_or(w.listed) AS listed, max(w.read_at) AS read_at
    FROM recording_policy AS p
    JOIN windows AS w ON w.pbx_id = p.pbx_id AND w.since <= p.started_at AND p.started_at < w.until
    WHERE p.pbx_id = $pbx_id AND p.started_at >= $since AND w.state = 'complete'
    GROUP BY p.call_id
),
due AS (
    SELECT p.*, w.listed, w.read_at, x.can_list_recordings, coalesce(x.problems LIKE '%"sees_part"%', false) AS sees_part,
        if(n.licence_active IS FALSE OR n.licence_records IS FALSE, n, b) AS licensed,
        if(n.recording_stopped OR n.quota_reached, n, b) AS room,
        coalesce((
            SELECT min(d.auto_delete_days) FROM pbx_days AS d WHERE d.pbx_id = p.pbx_id AND d.day >= p.utc_day
        ), x.auto_delete_days) AS kept_days
    FROM recording_policy AS p
    LEFT JOIN lists AS w USING (call_id)
    LEFT JOIN pbxs AS x ON x.pbx_id = p.pbx_id
    ASOF LEFT JOIN pbx_days AS b ON b.pbx_id = p.pbx_id AND p.utc_day > b.day
    ASOF LEFT JOIN pbx_days AS n ON n.pbx_id = p.pbx_id AND p.utc_day <= n.day
    WHERE p.pbx_id = $pbx_id
        AND p.started_at >= $since
        AND (p.recording_policy = 'all' OR (p.recording_policy = 'external' AND p.direction <> 'internal'))
        AND coalesce(p.not_eligible NOT IN ('too_short', 'on_demand'), true)
        AND NOT EXISTS (
            FROM recordings AS r WHERE r.call_id = p.call_id AND (r.native_id IS NOT NULL
                OR (r.state = 'missing' AND r.cause NOT IN ('access', 'unreachable'))))
)
SELECT call_id || ':expected' AS recording_id, call_id, account_id, pbx_id, 'none' AS link, started_at,
    CASE WHEN cause IS NULL THEN 'pending' ELSE 'missing' END AS state, cause,
    json_merge_patch('{}', CASE cause  -- leaves out what is null
        WHEN 'unreachable' THEN json_object('listed', listed, 'read_at', read_at::VARCHAR)
        WHEN 'access' THEN json_object('can_list_recordings', can_list_recordings, 'sees_part', sees_part)
        WHEN 'licence' THEN json_object(
            'licence', licensed.licence, 'licence_active', licensed.licence_active,
            'licence_records', licensed.licence_records, 'seen_on', licensed.day::VARCHAR)
        WHEN 'quota' THEN json_object(
            'recording_stopped', room.recording_stopped, 'quota_reached', room.quota_reached, 'seen_on', room.day::VARCHAR)
        WHEN 'policy' THEN json_object(
            off.kind, off.dn, 'records', off.records, 'seen_on', off.day::VARCHAR, 'changed_on', off.changed_on::VARCHAR)
        WHEN 'purged' THEN json_object('auto_delete_days', kept_days)
        WHEN 'not_recorded' THEN json_object('read_at', read_at::VARCHAR)
        ELSE '{}'
    END) AS evidence
FROM (
    SELECT *, CASE
        WHEN listed IS FALSE AND can_list_recordings IS NOT FALSE THEN 'unreachable'
        WHEN can_list_recordings IS FALSE OR sees_part THEN 'access'
        WHEN licensed.licence_active IS FALSE OR licensed.licence_records IS FALSE THEN 'licence'
        WHEN room.recording_stopped OR room.quota_reached THEN 'quota'
        WHEN not_eligible IN ('switched_off', 'changed', 'internal') THEN 'policy'
        WHEN ended_at > $now - INTERVAL 60 MINUTE THEN NULL
        WHEN started_at < $now - to_days(kept_days::INTEGER) THEN 'purged'
        WHEN listed OR can_list_recordings THEN 'not_recorded'
        ELSE 'unexplained' END AS cause
    FROM due
);
