-- How much of a call is heard: its recordings' spans together, so that two sides of one talk count once.
CREATE OR REPLACE VIEW call_audio AS
WITH spans AS (
    SELECT call_id, coalesce(started_at, 'epoch'::TIMESTAMPTZ) AS begins_at,
        begins_at + to_microseconds((audio_seconds * 1e6)::BIGINT) AS ends_at
    FROM recordings WHERE state = 'stored' AND audio_seconds IS NOT NULL AND call_id IS NOT NULL
),
ordered AS (
    SELECT *, max(ends_at) OVER (
        PARTITION BY call_id ORDER BY begins_at, ends_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS heard_until
    FROM spans
)
SELECT call_id, sum(greatest(0, epoch(ends_at - greatest(begins_at, coalesce(heard_until, begins_at))))) AS audio_seconds
FROM ordered GROUP BY call_id;

-- One row per call in which people spoke: is a recording expected, is there one, and is it as long as the talk?
--   verified  stored, decodable, and as long as the talk within 5 s or 5 % (only decodable where the talk is not known)
--   paused    stored and shorter than the talk, where agents pause the recording on purpose: covered
--   mismatch  stored, but of another length, or empty
--   pending   not final yet, or the call ended less than 60 minutes before the data ends: never counted as missing
--   missing   looked for and not found, with its cause
--   unknown   nobody could look (the PBX was not read, the right is missing) or has looked, or its length cannot be read:
--             neither covered nor missing
-- `not_eligible` says why no recording is expected; `recorded_in_error`: there is one although the policy says no.
-- `off`: the number whose switch says no, and since when. A recording that retention removed was stored and verified.
CREATE OR REPLACE VIEW coverage AS
WITH found AS (
    SELECT call_id,
        count(*) FILTER (state = 'stored') AS stored,
        count(*) FILTER (state = 'stored' AND bytes = 0) AS empty,
        count(*) FILTER (state = 'stored' AND audio_seconds IS NULL) AS unreadable,
        count(*) FILTER (state = 'pending') AS pending,
        count(*) FILTER (state = 'missing') AS missing,
        count(*) FILTER (native_id IS NOT NULL OR state = 'stored') AS named,
        min_by(cause, recording_id) FILTER (state = 'missing') AS cause,
        min_by(evidence, recording_id) FILTER (state = 'missing') AS evidence,
        bool_or(purged_at IS NOT NULL) FILTER (cause = 'policy') AS too_old
    FROM recordings WHERE call_id IS NOT NULL GROUP BY call_id
),
policed AS (
    SELECT p.* EXCLUDE (not_eligible), coalesce(f.stored, 0) AS stored, f.empty, f.unreadable, a.audio_seconds,
        f.pending, f.missing, coalesce(f.named, 0) AS named, f.cause AS found_cause, f.evidence,
        CASE WHEN p.not_eligible IS NULL AND f.cause = 'policy' AND f.stored = 0
                THEN if(f.too_old, 'retention', 'pbx_policy')
             WHEN p.not_eligible = 'changed' AND f.stored > 0 THEN NULL  -- it was on, as the recording shows
             ELSE p.not_eligible END AS not_eligible
    FROM recording_policy AS p LEFT JOIN found AS f USING (call_id) LEFT JOIN call_audio AS a USING (call_id)
),
seen AS (
    SELECT p.*,
        CASE
            WHEN p.stored > 0 AND p.empty = 0 AND p.unreadable = 0
                AND coalesce(abs(p.audio_seconds - p.talk_seconds) <= greatest(5, 0.05 * p.talk_seconds), true)
                THEN 'verified'
            WHEN p.pending > 0 THEN 'pending'
            WHEN p.stored > 0 AND p.unreadable > p.empty THEN 'unknown'
            WHEN p.stored > 0 AND p.empty = 0 AND p.pauses AND p.audio_seconds < p.talk_seconds THEN 'paused'
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
    CASE not_eligible
        WHEN 'account_policy' THEN named > 0  -- its audio is never fetched: that the PBX has it is enough
        WHEN 'on_demand' THEN false
        WHEN 'too_short' THEN false
        ELSE coalesce(stored > 0 AND not_eligible IS NOT NULL, false)
    END AS recorded_in_error,
    not_eligible, direction, started_at, day, off.dn AS off_dn, off.kind AS off_kind, off.changed_on AS off_since,
    CASE WHEN state IN ('missing', 'unknown') THEN evidence END AS evidence
FROM seen;
