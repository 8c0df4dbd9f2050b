-- What a probe tells of the licence and the recordings' room, and the PBX's own settings of the day as JSON.
ALTER TABLE pbxs ADD COLUMN licence_active BOOLEAN;
ALTER TABLE pbxs ADD COLUMN max_simultaneous_calls BIGINT;
ALTER TABLE pbxs ADD COLUMN quota_megabytes BIGINT;
ALTER TABLE pbxs ADD COLUMN used_megabytes BIGINT;
ALTER TABLE pbx_settings ADD COLUMN settings JSON;
