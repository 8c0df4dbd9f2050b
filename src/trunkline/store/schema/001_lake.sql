-- Contract §4. No key constraints: DuckLake has none, so every write is a MERGE on the key.
CREATE TABLE calls (
    call_id VARCHAR, account_id VARCHAR, pbx_id VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ,
    direction VARCHAR, outcome VARCHAR, miss_reason VARCHAR, external_number VARCHAR, external_raw VARCHAR,
    external_name VARCHAR, did VARCHAR, first_destination VARCHAR, first_destination_kind VARCHAR,
    answered_by VARCHAR, answered_by_kind VARCHAR, queue VARCHAR, wait_seconds DOUBLE, talk_seconds DOUBLE,
    leg_count BIGINT, surface VARCHAR, row_shape VARCHAR, confidence VARCHAR, loaded_at TIMESTAMPTZ
);
CREATE TABLE legs (
    leg_id VARCHAR, call_id VARCHAR, account_id VARCHAR, pbx_id VARCHAR, seq BIGINT, started_at TIMESTAMPTZ,
    source_dn VARCHAR, source_number VARCHAR, source_name VARCHAR, source_kind VARCHAR, destination_dn VARCHAR,
    destination_number VARCHAR, destination_name VARCHAR, destination_kind VARCHAR, answered BOOLEAN, human BOOLEAN,
    spoke BOOLEAN, ring_seconds DOUBLE, talk_seconds DOUBLE, duration_seconds DOUBLE, status VARCHAR, reason VARCHAR,
    direction VARCHAR, did VARCHAR, recording_ids VARCHAR[], surface VARCHAR, row_shape VARCHAR,
    source_raw VARCHAR, destination_raw VARCHAR
);
CREATE TABLE recordings (
    recording_id VARCHAR, call_id VARCHAR, account_id VARCHAR, pbx_id VARCHAR, native_id VARCHAR, link VARCHAR,
    state VARCHAR, cause VARCHAR, evidence JSON, path VARCHAR, bytes BIGINT, sha256 VARCHAR, media_type VARCHAR,
    audio_seconds DOUBLE, transcript VARCHAR, summary VARCHAR, sentiment BIGINT, first_seen_at TIMESTAMPTZ,
    stored_at TIMESTAMPTZ, started_at TIMESTAMPTZ, attempts BIGINT, tried_at TIMESTAMPTZ
);
CREATE TABLE activities (
    activity_id VARCHAR, call_id VARCHAR, account_id VARCHAR, crm_id VARCHAR, kind VARCHAR, state VARCHAR,
    reason VARCHAR, remote_id VARCHAR, attempts BIGINT, payload_sha256 VARCHAR, first_tried_at TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ
);
CREATE TABLE windows (
    pbx_id VARCHAR, since TIMESTAMPTZ, until TIMESTAMPTZ, state VARCHAR, surface VARCHAR, row_shape VARCHAR,
    rows BIGINT, legs BIGINT, calls BIGINT, duplicates BIGINT, quarantined BIGINT, pages BIGINT, requests BIGINT,
    read_at TIMESTAMPTZ, error VARCHAR
);
CREATE TABLE quarantine (
    quarantine_id VARCHAR, pbx_id VARCHAR, seen_at TIMESTAMPTZ, reason VARCHAR, row JSON
);
CREATE TABLE pbxs (
    pbx_id VARCHAR, account_id VARCHAR, version VARCHAR, surface VARCHAR, hosting VARCHAR, supported BOOLEAN,
    can_history BOOLEAN, can_list_recordings BOOLEAN, can_download_recordings BOOLEAN, transcription BOOLEAN,
    licence VARCHAR, recording_stopped BOOLEAN, quota_reached BOOLEAN, auto_delete_days BIGINT,
    over_privileged BOOLEAN, problems JSON, checked_at TIMESTAMPTZ
);
CREATE TABLE pbx_settings (
    pbx_id VARCHAR, dn VARCHAR, name VARCHAR, kind VARCHAR, records VARCHAR, day DATE
);
-- What the views need to know of the config, written from it at the start of every job that writes.
CREATE TABLE accounts (
    account_id VARCHAR, name VARCHAR, timezone VARCHAR, country VARCHAR, recording_policy VARCHAR,
    short_abandon_seconds DOUBLE, callback_amount BIGINT, callback_unit VARCHAR, masking VARCHAR, has_hours BOOLEAN
);
CREATE TABLE open_spans (account_id VARCHAR, weekday BIGINT, opens_minute BIGINT, closes_minute BIGINT);
CREATE TABLE holidays (account_id VARCHAR, day DATE, name VARCHAR);
