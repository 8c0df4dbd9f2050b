-- One caller's consecutive missed calls to one account until somebody speaks to them.
--   returned        the account called that number within the time allowed after the first miss, connected or not
--   self_recovered  the caller rang again and was answered, and nobody had called back in time
--   open            the time allowed has not passed, as far as the data is read without a gap
--   never_returned  it has passed
-- `is_removed`: retention removed the caller's number; nobody can be called back.
-- `needs_call`: not reached, and not called since the last try, in time or not.
-- `is_unjudged`: still open although the time allowed has passed, because a PBX was not read that far.
-- The time allowed counts from the first miss: minutes and hours as they elapse, days and business days to the same
-- local time. `seconds_to_callback` is first attempt - first miss, `open_seconds_to_callback` the opening hours in it.
CREATE OR REPLACE VIEW episodes AS
WITH turns AS (
    SELECT account_id, external_number, conversation, episode_id, first_missed_at, bool_or(is_removed) AS is_removed,
        min(known_since) = first_missed_at AS first_time,
        max(started_at) FILTER (is_missed) AS last_missed_at,
        count(*) FILTER (is_missed) AS tries,
        max(wait_seconds) FILTER (is_missed) AS longest_wait_seconds,
        min(started_at) FILTER (is_attempt AND NOT is_spoken AND started_at >= first_missed_at) AS first_unconnected_at,
        max(started_at) FILTER (is_attempt AND NOT is_spoken AND started_at >= first_missed_at) AS last_unconnected_at,
        min(started_at) FILTER (is_spoken) AS spoken_at,
        min(direction) FILTER (is_spoken) AS spoken_direction
    FROM caller_events
    GROUP BY account_id, external_number, conversation, episode_id, first_missed_at
),
ended AS (
    SELECT *, lead(spoken_at) OVER next_turn AS reached_at, lead(spoken_direction) OVER next_turn AS reached_direction
    FROM turns
    WINDOW next_turn AS (PARTITION BY account_id, external_number ORDER BY conversation)
),
allowed AS (
    SELECT e.*,
        CASE WHEN e.reached_direction = 'outbound' THEN e.reached_at END AS connected_at,
        least(e.first_unconnected_at, connected_at) AS first_attempt_at,
        greatest(e.last_unconnected_at, connected_at) AS last_attempt_at,
        a.has_hours, s.as_of, s.newest_as_of,
        timezone(a.timezone, e.first_missed_at) AS local_at,
        CASE a.callback_unit
            WHEN 'minute' THEN e.first_missed_at + to_minutes(a.callback_amount)
            WHEN 'hour' THEN e.first_missed_at + to_hours(a.callback_amount)
            WHEN 'day' THEN timezone(a.timezone, local_at + to_days(a.callback_amount::INTEGER))
            WHEN 'business day' THEN timezone(a.timezone, due.day + local_at::TIME)
        END AS deadline_at
    FROM ended AS e
    LEFT JOIN accounts AS a ON a.account_id = e.account_id
    LEFT JOIN account_as_of AS s ON s.account_id = e.account_id
    LEFT JOIN account_days AS d
        ON d.account_id = e.account_id AND d.day = timezone(a.timezone, e.first_missed_at)::DATE
    LEFT JOIN business_days AS due ON due.account_id = e.account_id AND due.ordinal = d.ordinal + a.callback_amount
    WHERE e.episode_id IS NOT NULL
),
unread AS (
    SELECT DISTINCT e.episode_id
    FROM allowed AS e
    JOIN unread_spans AS u ON u.account_id = e.account_id AND u.since < e.deadline_at AND u.until > e.first_missed_at
),
judged AS (
    SELECT e.*,
        CASE
            WHEN e.first_attempt_at <= e.deadline_at THEN 'returned'
            WHEN e.reached_direction = 'inbound' THEN 'self_recovered'
            WHEN u.episode_id IS NOT NULL OR coalesce(e.deadline_at > e.as_of, true) THEN 'open'
            ELSE 'never_returned'
        END AS state,
        u.episode_id IS NOT NULL AS has_unread_span
    FROM allowed AS e LEFT JOIN unread AS u USING (episode_id)
),
timed AS (
    SELECT j.*, o.open_seconds_before
        + greatest(0, epoch(least(j.first_missed_at, o.closes_at) - o.opens_at)) AS open_seconds_at_miss
    FROM judged AS j
    ASOF LEFT JOIN open_intervals AS o ON o.account_id = j.account_id AND j.first_missed_at >= o.opens_at
)
SELECT t.episode_id, t.account_id, t.external_number, t.first_missed_at, t.last_missed_at, t.tries, t.state,
    t.first_attempt_at, t.reached_at,
    epoch(t.first_attempt_at - t.first_missed_at) AS seconds_to_callback,
    CASE WHEN t.has_hours AND t.first_attempt_at IS NOT NULL THEN
        coalesce(o.open_seconds_before + greatest(0, epoch(least(t.first_attempt_at, o.closes_at) - o.opens_at)), 0)
        - coalesce(t.open_seconds_at_miss, 0)
    END AS open_seconds_to_callback,
    t.last_attempt_at, t.reached_direction, t.deadline_at, t.as_of, t.first_time, t.longest_wait_seconds,
    t.has_unread_span, t.is_removed, t.state = 'open' AND coalesce(t.deadline_at <= t.newest_as_of, false) AS is_unjudged,
    NOT t.is_removed AND t.reached_at IS NULL
        AND coalesce(t.last_attempt_at < t.last_missed_at, true) AS needs_call
FROM timed AS t
ASOF LEFT JOIN open_intervals AS o ON o.account_id = t.account_id AND t.first_attempt_at >= o.opens_at;
