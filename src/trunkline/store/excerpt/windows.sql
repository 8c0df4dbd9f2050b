-- Those of the trend, of the span and after it, and those around the older missed calls that still count in it. $days are numbered
-- from 1970 in UTC; a window of more than a day may lie over any.
FROM windows WHERE until >= $trend_since
UNION ALL
FROM windows WHERE until < $trend_since AND (
    epoch_us(since) // 86_400_000_000 IN (SELECT unnest($days))
    OR epoch_us(until) // 86_400_000_000 IN (SELECT unnest($days))
    OR epoch_us(until) - epoch_us(since) > 86_400_000_000)
