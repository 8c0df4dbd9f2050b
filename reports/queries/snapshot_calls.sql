-- Every call of the accounts in the span with all that the views say of it: the one base of figures and sheets.
CREATE OR REPLACE TEMP TABLE every_call AS
SELECT c.call_id, c.account_id, c.pbx_id, c.started_at, c.ended_at, timezone(a.timezone, c.started_at) AS local_at,
    c.direction, c.outcome, c.miss_reason, c.external_number, c.external_name, c.did, c.first_destination,
    c.answered_by, c.queue, c.wait_seconds, c.talk_seconds, c.confidence,
    m.short_abandon, m.in_hours, m.holiday, m.day, m.weekday, m.hour, m.episode_id, m.first_time,
    coalesce(m.is_lost, false) AS is_lost,
    v.call_id IS NOT NULL AS spoke, v.eligible, v.not_eligible, v.recorded, v.state AS recording_state,
    v.cause AS recording_cause, v.evidence::VARCHAR AS recording_evidence, v.off_dn, v.off_kind, v.off_since,
    v.audio_seconds, v.recorded_in_error, r.recording_paths,
    c.purged_at IS NOT NULL AS is_removed, c.call_id IN (
        SELECT call_id FROM recordings WHERE state = 'stored' AND purged_at IS NOT NULL) AS recording_removed
FROM calls AS c
LEFT JOIN accounts AS a ON a.account_id = c.account_id
LEFT JOIN missed_calls AS m ON m.call_id = c.call_id
LEFT JOIN coverage AS v ON v.call_id = c.call_id
LEFT JOIN (
    SELECT call_id, list(path ORDER BY started_at, recording_id) AS recording_paths FROM recordings
    WHERE state = 'stored' AND path IS NOT NULL AND purged_at IS NULL GROUP BY call_id
) AS r ON r.call_id = c.call_id
WHERE c.started_at >= $since AND c.started_at < $until AND c.account_id IN (SELECT unnest($account_ids))
