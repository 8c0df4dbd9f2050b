-- What had become of a missed caller at `as_of`; null: as the data tells it now.
CREATE OR REPLACE TEMP MACRO state_as_of(e, as_of) AS CASE
    WHEN as_of IS NULL THEN e.state
    WHEN e.first_attempt_at <= least(e.deadline_at, as_of) THEN 'returned'
    WHEN e.reached_direction = 'inbound' AND e.reached_at <= as_of AND e.state = 'self_recovered' THEN 'self_recovered'
    WHEN e.state = 'open' OR e.has_unread_span OR coalesce(e.deadline_at > as_of, true) THEN 'open'
    ELSE 'never_returned'
END
