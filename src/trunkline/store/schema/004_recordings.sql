-- `sha256` stays that of the file as the PBX gave it. `bytes` and `media_type` are those of the file kept at `path`;
-- where that was transcoded, `kept_sha256` is its hash and `original_bytes` the size of what it was made from.
ALTER TABLE recordings ADD COLUMN codec VARCHAR;
ALTER TABLE recordings ADD COLUMN kept_sha256 VARCHAR;
ALTER TABLE recordings ADD COLUMN original_bytes BIGINT;
-- What retention removed: the row stays, without what tells of a person, so that every count stays true.
ALTER TABLE recordings ADD COLUMN purged_at TIMESTAMPTZ;
ALTER TABLE recordings ADD COLUMN transcript_purged_at TIMESTAMPTZ;
ALTER TABLE calls ADD COLUMN purged_at TIMESTAMPTZ;
-- Whether the window's list of recordings could be read; null where the rows themselves name them.
ALTER TABLE windows ADD COLUMN listed BOOLEAN;
-- Whether the licence includes recording; null where the PBX does not say.
ALTER TABLE pbxs ADD COLUMN licence_records BOOLEAN;
-- Extensions and queues of an account where agents pause the recording, for card numbers above all.
ALTER TABLE accounts ADD COLUMN pausing VARCHAR[];
