-- When the call's facts were loaded as the CRM was told of them: what was loaded since is told anew.
ALTER TABLE activities ADD COLUMN facts_at TIMESTAMPTZ;
-- Who a number is in a CRM, as it was last found there. `made_at`: trunkline made, or began to make, the contact; until
-- the CRM's search shows it, no other is made.
CREATE TABLE crm_contacts (
    crm_id VARCHAR, number VARCHAR, contact_id VARCHAR, found_at TIMESTAMPTZ, made_at TIMESTAMPTZ
);
-- How a CRM's own list of a day's calls and the ledger agreed when that was last looked at. `listed`: null where the CRM
-- has no list. `differing`: ids, with the kind of difference.
CREATE TABLE crm_days (
    account_id VARCHAR, crm_id VARCHAR, day DATE, listed BIGINT, deleted_in_crm BIGINT, twice_in_crm BIGINT,
    not_in_ledger BIGINT, differing JSON, checked_at TIMESTAMPTZ
);
