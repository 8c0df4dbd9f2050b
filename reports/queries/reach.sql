SELECT min(c.started_at) AS lake_since, any_value(a.as_of) AS as_of
FROM calls AS c LEFT JOIN account_as_of AS a USING (account_id)
WHERE c.account_id = $account_id
