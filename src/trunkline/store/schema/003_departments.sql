-- The departments of each PBX as they were read last, with the opening hours and holidays set there; `seen_at`: when
-- they were first seen to be so. `hours_from` says where an account's opening hours are from: `config`, `pbx` or null.
CREATE TABLE departments (
    pbx_id VARCHAR, name VARCHAR, is_default BOOLEAN, spans JSON, holidays JSON, seen_at TIMESTAMPTZ
);
ALTER TABLE accounts ADD COLUMN hours_from VARCHAR;
