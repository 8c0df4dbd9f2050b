-- The weekly opening hours by which this account is judged, and where they are from.
SELECT s.weekday, s.opens_minute, s.closes_minute, a.hours_from
FROM accounts AS a JOIN open_spans AS s USING (account_id)
WHERE a.account_id = $account_id ORDER BY ALL
