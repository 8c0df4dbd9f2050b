-- What CRMs were told of those calls.
CREATE OR REPLACE TEMP TABLE every_activity AS
SELECT c.account_id, c.started_at, v.call_id, v.crm_id, v.kind, v.state, v.reason
FROM activities AS v JOIN every_call AS c USING (call_id)
