-- A call whose caller retention removed counts with the call in `continued_by` while the caller's missed calls go on
-- there, so that the episode stays one. `known_before`: the caller had called before, in calls that were removed.
ALTER TABLE calls ADD COLUMN continued_by VARCHAR;
ALTER TABLE calls ADD COLUMN known_before BOOLEAN;
