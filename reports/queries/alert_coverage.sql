-- Calls in which people spoke by PBX and local day, as `coverage` of a report counts them.
SELECT pbx_id, day, eligible, not_eligible, recorded, state, cause, recorded_in_error, count(*) AS calls,
    count(*) - count(talk_seconds) AS unmeasured, sum(talk_seconds) AS talk_seconds, sum(audio_seconds) AS audio_seconds
FROM coverage WHERE list_contains($pbx_ids, pbx_id) AND started_at >= $since
GROUP BY ALL
