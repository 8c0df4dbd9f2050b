-- One row per call in which people spoke: is a recording expected, is there one, and is it as long as the talk?
--   verified  stored, decodable, and as long as the talk within 5 s or 5 % (only decodable where the talk is not known)
--   mismatch  stored, but of another length, or empty
--   pending   not final yet, or the call ended less than 60 minutes before the data ends: never counted as missing
--   missing   looked for and not found, with its cause
--   unknown   nobody could look (the PBX was not read, the right is missing) or has looked, or its length cannot be read:
--             neither covered nor missing
-- `not_eligible` says why no recording is expected; `recorded_in_error`: there is one although the policy says no.
CREATE OR REPLACE VIEW coverage AS
WITH talked AS (
    SELECT c.call_id, c.account_id, c.pbx_id, c.direction, c.started_at, c.ended_at, c.talk_seconds, c.queue,
        c.answered_by, c.answered_by_kind, a.recording_policy,
        timezone(a.timezone, c.started_at)::DATE AS day
    FROM calls AS c LEFT JOIN accounts AS a USING (account_id)
    WHERE c.outcome IN ('answered', 'connected') OR (c.direction = 'internal' AND c.answered_by IS NOT NULL)
),
parties AS (
    SELECT call_id, answered_by AS dn FROM talked WHERE answered_by_kind = 'extension'
    UNION SELECT call_id, queue FROM talked WHERE queue IS NOT NULL
    UNION SELECT call_id, destination_dn FROM legs WHERE spoke AND destination_kind = 'extension'
    UNION SELECT call_id, source_dn FROM legs WHERE spoke AND source_kind = 'extension'
),
-- What the newest snapshot at or before the call's day says; any part of the way that records is enough.
switches AS (
    SELECT t.call_id,
        bool_or(s.records = 'yes' OR (s.records = 'external' AND t.direction <> 'internal')) AS records,
        bool_or(s.records = 'external') AS external_only,
        bool_or(s.records = 'opt') AS is_asked
    FROM (SELECT t.*, p.dn FROM talked AS t JOIN parties AS p USING (call_id)) AS t
    ASOF JOIN (FROM pbx_settings WHERE records IS NOT NULL) AS s
        ON s.pbx_id = t.pbx_id AND s.dn = t.dn AND t.day >= s.day
    GROUP BY t.call_id
),
found AS (
    SELECT call_id,
        count(*) FILTER (state = 'stored') AS stored,
        count(*) FILTER (state = 'stored' AND bytes = 0) AS empty,
        count(*) FILTER (state = 'stored' AND audio_seconds IS NULL) AS unreadable,
        sum(audio_seconds) FILTER (state = 'stored') AS audio_seconds,
        count(*) FILTER (state = 'pending') AS pending,
        count(*) FILTER (state = 'missing') AS missing,
        min_by(cause, recording_id) FILTER (state = 'missing') AS cause,
        bool_or(purged_at IS NOT NULL) FILTER (cause = 'policy') AS too_old
    FROM recordings WHERE call_id IS NOT NULL GROUP BY call_id
),
policed AS (
    SELECT t.*, coalesce(f.stored, 0) AS stored, f.empty, f.unreadable, f.audio_seconds, f.pending, f.missing,
        f.cause AS found_cause,
        CASE
            WHEN t.talk_seconds < 3 THEN 'too_short'
            WHEN t.recording_policy = 'none' THEN 'account_policy'
            WHEN t.recording_policy = 'on-demand' OR s.is_asked THEN 'on_demand'
            WHEN t.recording_policy = 'external' AND t.direction = 'internal' THEN 'internal'
            WHEN NOT s.records AND s.external_only THEN 'internal'
            WHEN NOT s.records THEN 'switched_off'
            WHEN f.cause = 'policy' AND f.stored = 0 THEN if(f.too_old, 'retention', 'pbx_policy')
        END AS not_eligible
    FROM talked AS t LEFT JOIN switches AS s USING (call_id) LEFT JOIN found AS f USING (call_id)
),
seen AS (
    SELECT p.*,
        CASE
            WHEN p.stored > 0 AND p.empty = 0 AND p.unreadable = 0
                AND coalesce(abs(p.audio_seconds - p.talk_seconds) <= greatest(5, 0.05 * p.talk_seconds), true)
                THEN 'verified'
            WHEN p.pending > 0 THEN 'pending'
            WHEN p.stored > 0 AND p.unreadable > p.empty THEN 'unknown'
            WHEN p.stored > 0 THEN 'mismatch'
            WHEN p.missing > 0 THEN if(p.found_cause IN ('access', 'unreachable'), 'unknown', 'missing')
            WHEN coalesce(p.ended_at, p.started_at) > a.as_of - INTERVAL 60 MINUTE THEN 'pending'
            WHEN p.not_eligible <> 'too_short' THEN 'missing'
            ELSE 'unknown'
        END AS state
    FROM policed AS p LEFT JOIN account_as_of AS a USING (account_id)
)
SELECT call_id, account_id, pbx_id, not_eligible IS NULL AS eligible, stored > 0 AS recorded, state,
    CASE
        WHEN state = 'missing' AND not_eligible = 'too_short' THEN found_cause
        WHEN state = 'missing' AND not_eligible IS NOT NULL THEN 'policy'
        WHEN state = 'missing' THEN coalesce(found_cause, 'unexplained')
        WHEN state IN ('unknown', 'mismatch') THEN found_cause
    END AS cause,
    talk_seconds, audio_seconds,
    stored > 0 AND coalesce(not_eligible IN ('account_policy', 'internal', 'switched_off'), false) AS recorded_in_error,
    not_eligible, direction, started_at, day
FROM seen;
