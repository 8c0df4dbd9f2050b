-- How much room a PBX has for recordings, how fast it fills, and when it is full at that pace; null where not known.
CREATE OR REPLACE VIEW pbx_room AS
WITH told AS (
    SELECT *, max(day) OVER (PARTITION BY pbx_id) AS newest_day
    FROM pbx_days WHERE used_megabytes IS NOT NULL AND quota_megabytes > 0
),
pace AS (
    SELECT pbx_id, max(day) AS day,
        max_by(quota_megabytes, day) AS quota_megabytes, max_by(used_megabytes, day) AS used_megabytes,
        (max_by(used_megabytes, day) - min_by(used_megabytes, day)) / nullif(max(day) - min(day), 0) AS megabytes_a_day
    FROM told WHERE day >= newest_day - 7 GROUP BY pbx_id
)
SELECT *, CASE
        WHEN used_megabytes >= quota_megabytes THEN day
        WHEN megabytes_a_day > 0 THEN day + ceil((quota_megabytes - used_megabytes) / megabytes_a_day)::INTEGER
    END AS full_on
FROM pace;

-- Recordings that the PBX has, as far as is known, and nobody else: those it names and that are not stored. Its own
-- retention takes each at `deletes_at`; at `full_on` it stops recording, or makes room.
CREATE OR REPLACE VIEW recordings_at_risk AS
SELECT r.recording_id, r.call_id, r.account_id, r.pbx_id, r.started_at, r.state, r.cause,
    r.started_at + to_days(p.auto_delete_days::INTEGER) AS deletes_at, room.full_on
FROM recordings AS r
LEFT JOIN pbxs AS p USING (pbx_id)
LEFT JOIN pbx_room AS room USING (pbx_id)
WHERE r.native_id IS NOT NULL
    AND (r.state = 'pending' OR (r.state = 'missing' AND r.cause IN ('access', 'unreachable', 'build')));
