-- All other calls of the callers ($since, $until: what is there). A key is of one caller, but for a rare chance.
-- A call that goes on in another counts with that one's caller, not its own: `calls_gone_before` has it.
SELECT c.* FROM calls AS c SEMI JOIN callers USING (account_id, external_number, caller_key)
WHERE c.continued_by IS NULL AND (c.started_at < $since OR c.started_at >= $until)
UNION ALL
SELECT c.* FROM calls AS c SEMI JOIN callers USING (account_id, external_number)
WHERE c.caller_key IS NULL AND c.continued_by IS NULL AND (c.started_at < $since OR c.started_at >= $until)
