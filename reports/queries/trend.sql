-- Per span of `$step` days: null where nothing of it is read, so that an unread day is never drawn as a quiet one.
WITH spans AS (
    SELECT starts_on, starts_on + $step::INTEGER AS ends_on FROM (SELECT unnest($starts) AS starts_on)
),
read AS (
    SELECT s.starts_on, avg(d.read_share) AS read_share
    FROM spans AS s JOIN report_read_days AS d ON d.day >= s.starts_on AND d.day < s.ends_on
    WHERE d.pbx_id IN (SELECT unnest($pbx_ids)) GROUP BY ALL
),
counted AS (
    SELECT s.starts_on, sum(d.offered) AS offered, sum(d.lost) AS lost, sum(d.short_abandons) AS short_abandons
    FROM spans AS s JOIN report_days AS d ON d.day >= s.starts_on AND d.day < s.ends_on
    WHERE d.account_id = $account_id GROUP BY ALL
)
SELECT s.starts_on, coalesce(r.read_share, 0) AS read_share,
    CASE WHEN r.read_share > 0 OR c.offered > 0 THEN coalesce(c.offered, 0)::BIGINT END AS offered,
    CASE WHEN r.read_share > 0 OR c.offered > 0 THEN coalesce(c.lost, 0)::BIGINT END AS lost,
    CASE WHEN r.read_share > 0 OR c.offered > 0 THEN coalesce(c.short_abandons, 0)::BIGINT END AS short_abandons
FROM spans AS s LEFT JOIN read AS r USING (starts_on) LEFT JOIN counted AS c USING (starts_on)
ORDER BY s.starts_on
