-- Calls of the period on which a CRM's own list and the ledger did not agree when that was last looked at.
SELECT v.crm_id,
    sum(v.deleted_in_crm)::BIGINT AS deleted_in_crm,
    sum(v.twice_in_crm)::BIGINT AS twice_in_crm,
    sum(v.not_in_ledger)::BIGINT AS not_in_ledger
FROM crm_days AS v JOIN accounts AS a USING (account_id)
WHERE v.account_id = $account_id AND timezone(a.timezone, v.day::TIMESTAMP) >= $since
    AND timezone(a.timezone, v.day::TIMESTAMP) < $until
GROUP BY v.crm_id
HAVING sum(v.deleted_in_crm + v.twice_in_crm + v.not_in_ledger) > 0
ORDER BY v.crm_id
