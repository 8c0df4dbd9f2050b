-- What each number's recording switch was at each snapshot, and since when; null: as far back as snapshots go.
CREATE OR REPLACE VIEW recording_switches AS
WITH steps AS (
    SELECT pbx_id, dn, name, kind, day, records, lag(records) OVER (PARTITION BY pbx_id, dn ORDER BY day) AS before
    FROM pbx_settings WHERE records IS NOT NULL
)
SELECT * EXCLUDE (before),
    max(CASE WHEN before <> records THEN day END) OVER (PARTITION BY pbx_id, dn ORDER BY day) AS changed_on
FROM steps;

-- The PBX's own settings of each day, as its newest probe of that day found them.
CREATE OR REPLACE VIEW pbx_days AS
SELECT pbx_id, day,
    settings ->> 'licence' AS licence,
    (settings ->> 'licence_active')::BOOLEAN AS licence_active,
    (settings ->> 'licence_records')::BOOLEAN AS licence_records,
    (settings ->> 'recording_stopped')::BOOLEAN AS recording_stopped,
    (settings ->> 'quota_reached')::BOOLEAN AS quota_reached,
    (settings ->> 'quota_megabytes')::DOUBLE AS quota_megabytes,
    (settings ->> 'used_megabytes')::DOUBLE AS used_megabytes,
    (settings ->> 'auto_delete_days')::BIGINT AS auto_delete_days
FROM pbx_settings WHERE kind = 'pbx';

-- The extensions and queues that took part in each call in which people spoke, each once.
CREATE OR REPLACE VIEW call_parties AS
SELECT call_id, answered_by AS dn FROM calls WHERE answered_by_kind = 'extension'
UNION SELECT call_id, queue FROM calls WHERE queue IS NOT NULL AND outcome <> 'missed'
UNION SELECT call_id, destination_dn FROM legs WHERE spoke AND destination_kind = 'extension'
UNION SELECT call_id, source_dn FROM legs WHERE spoke AND source_kind = 'extension';

-- One row per call in which people spoke: who took part, and does policy say to record it?
-- A switch is known at its snapshots only. At a call's time it was as at the last snapshot of an earlier day or as at
-- the first one of its own day or later: a call must be recorded if one of its parties records by both, and may be if
-- one does by either; where both are so (`changed`), the recording itself tells how it was. `off` is a party that does not record, the one who answered before others.
CREATE OR REPLACE VIEW recording_policy AS
WITH talked AS (
    SELECT c.call_id, c.account_id, c.pbx_id, c.direction, c.started_at, c.ended_at, c.talk_seconds, c.queue,
        c.answered_by, c.answered_by_kind, a.recording_policy, a.pausing,
        timezone('UTC', c.started_at)::DATE AS utc_day,
        timezone(a.timezone, c.started_at)::DATE AS day
    FROM calls AS c LEFT JOIN accounts AS a USING (account_id)
    WHERE c.outcome IN ('answered', 'connected') OR (c.direction = 'internal' AND c.answered_by IS NOT NULL)
),
set_to AS (
    SELECT t.call_id, t.direction, p.dn, p.dn IN (SELECT unnest(t.pausing)) AS pauses,
        coalesce(b.records, n.records) AS earlier, coalesce(n.records, b.records) AS later,
        if(coalesce(n.records, 'yes') IN ('no', 'external'), n, b) AS said,
        (p.dn = t.answered_by, coalesce(n.kind, b.kind) = 'extension') AS prominence
    FROM talked AS t
    JOIN call_parties AS p USING (call_id)
    ASOF LEFT JOIN recording_switches AS b ON b.pbx_id = t.pbx_id AND b.dn = p.dn AND t.utc_day > b.day
    ASOF LEFT JOIN recording_switches AS n ON n.pbx_id = t.pbx_id AND n.dn = p.dn AND t.utc_day <= n.day
),
switched AS (
    SELECT *,
        earlier = 'yes' OR (earlier = 'external' AND direction <> 'internal') AS on_earlier,
        later = 'yes' OR (later = 'external' AND direction <> 'internal') AS on_later
    FROM set_to
),
switches AS (
    SELECT call_id,
        bool_or(on_earlier AND on_later) AS must_record,
        bool_or(on_earlier OR on_later) AS may_record,
        bool_or('external' IN (earlier, later)) AS external_only,
        bool_or('opt' IN (earlier, later)) AS is_asked,
        bool_or(pauses) AS pauses,
        max_by(said, prominence) FILTER (NOT (on_earlier AND on_later)) AS off
    FROM switched GROUP BY call_id
)
SELECT t.* EXCLUDE (pausing), s.must_record, s.may_record, coalesce(s.pauses, false) AS pauses, s.off,
    CASE
        WHEN t.talk_seconds < 3 THEN 'too_short'
        WHEN t.recording_policy = 'none' THEN 'account_policy'
        WHEN t.recording_policy = 'on-demand' OR s.is_asked THEN 'on_demand'
        WHEN t.recording_policy = 'external' AND t.direction = 'internal' THEN 'internal'
        WHEN NOT s.must_record AND s.may_record THEN 'changed'
        WHEN NOT s.must_record AND s.external_only THEN 'internal'
        WHEN NOT s.must_record THEN 'switched_off'
    END AS not_eligible
FROM talked AS t LEFT JOIN switches AS s USING (call_id);
