"""A lake of many calls for the benchmark of reports, made by SQL alone: `python report_lake.py FOLDER CALLS`.

Every lake ends on the same day and has the same number of calls a week; one of ten times the calls reaches ten times as
far back. Of the callers of a week, a third call for the first time and the rest are known from any time before.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import duckdb

from trunkline.store.caller_key import CALLER_KEY
from trunkline.store.lake import Lake

ACCOUNTS = 200
CALLS_A_WEEK = 200_000
ENDS_AT = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)  # a Monday: the week before it is reported
EXTENSIONS = 20
BATCH = 5_000_000

_CALLS = """
INSERT INTO calls BY NAME
WITH numbered AS (
    SELECT n, (hash(n) >> 2)::BIGINT AS h, (hash(-n - 1) >> 2)::BIGINT AS g,
        $since + to_microseconds((n * $gap)::BIGINT) AS started_at
    FROM range($first::BIGINT, $last::BIGINT) AS t(n)
),
called AS (
    SELECT *, CASE WHEN h // 256 % 3 = 0 THEN n ELSE h // 65536 % (n + 1) END AS caller FROM numbered  -- new, or known
),
placed AS (
    SELECT *, (hash(caller) % $accounts)::BIGINT AS account, 'account-' || lpad(account::VARCHAR, 3, '0') AS account_id,
        h // 1024 % 100 AS kind, g % 1000 AS dice
    FROM called
),
told AS (
    SELECT *, CASE WHEN kind < 60 THEN 'inbound' WHEN kind < 92 THEN 'outbound' ELSE 'internal' END AS direction
    FROM placed
)
SELECT account_id || '-pbx:' || n AS call_id, account_id, account_id || '-pbx' AS pbx_id, started_at,
    started_at + to_seconds(20 + dice) AS ended_at, direction,
    CASE direction WHEN 'internal' THEN 'internal' WHEN 'outbound' THEN if(dice < 700, 'connected', 'not_connected')
        ELSE if(dice < 820, 'answered', 'missed') END AS outcome,
    CASE WHEN direction = 'inbound' AND dice >= 820 THEN ['voicemail', 'queue_abandoned', 'no_answer'][1 + dice % 3]
    END AS miss_reason,
    CASE WHEN direction <> 'internal' AND g // 1000 % 50 > 0 THEN '+61' || (400000000 + caller)::VARCHAR END
        AS external_number,
    CASE WHEN direction <> 'internal' AND g // 50000 % 4 = 0 THEN 'Caller ' || caller % 5000 END AS external_name,
    CASE WHEN direction = 'inbound' THEN '+6188' || lpad((account * 10 + g % 3)::VARCHAR, 7, '0') END AS did,
    CASE WHEN direction = 'inbound' THEN '800' END AS first_destination,
    CASE WHEN direction = 'inbound' THEN 'queue' END AS first_destination_kind,
    CASE WHEN dice < 700 THEN (100 + g // 7 % $extensions)::VARCHAR END AS answered_by,
    CASE WHEN dice < 700 THEN 'extension' END AS answered_by_kind,
    CASE WHEN direction = 'inbound' AND dice % 2 = 0 THEN '800' END AS queue,
    (1 + dice % 97)::DOUBLE AS wait_seconds, if(dice < 820, (5 + dice)::DOUBLE, 0) AS talk_seconds,
    1 + (direction = 'inbound')::INT AS leg_count, 'xapi20' AS surface, 'xapi-u10' AS row_shape, 'exact' AS confidence,
    started_at + INTERVAL 1 HOUR AS loaded_at, {caller_key} AS caller_key
FROM told
"""
_LEGS = """
INSERT INTO legs BY NAME
SELECT call_id || '/' || seq AS leg_id, call_id, account_id, pbx_id, seq, started_at,
    external_number AS source_number, 'external' AS source_kind,
    CASE seq WHEN 1 THEN coalesce(queue, answered_by, '101') ELSE coalesce(answered_by, '102') END AS destination_dn,
    CASE WHEN seq = 1 AND queue IS NOT NULL THEN 'queue' ELSE 'extension' END AS destination_kind,
    seq = leg_count AND talk_seconds > 0 AS answered, seq = leg_count AS human, answered AS spoke,
    wait_seconds AS ring_seconds, talk_seconds, direction, did, surface, row_shape
FROM calls, (VALUES (1), (2)) AS t(seq) WHERE seq <= leg_count AND started_at >= $from_at AND started_at < $to_at
"""
_RECORDINGS = """
INSERT INTO recordings BY NAME
SELECT pbx_id || ':r' || replace(call_id, pbx_id || ':', '') AS recording_id, call_id, account_id, pbx_id,
    call_id AS native_id, 'exact' AS link, if(hash(call_id) % 100 < 96, 'stored', 'missing') AS state,
    CASE WHEN hash(call_id) % 100 >= 96 THEN 'not_recorded' END AS cause,
    CASE WHEN hash(call_id) % 100 < 96 THEN account_id || '/' || hash(call_id) || '.wav' END AS path,
    (16000 * talk_seconds)::BIGINT AS bytes, talk_seconds AS audio_seconds, started_at, loaded_at AS first_seen_at,
    loaded_at AS stored_at, 1 AS attempts
FROM calls WHERE outcome IN ('answered', 'connected') AND started_at >= $from_at AND started_at < $to_at
"""
_ACTIVITIES = """
INSERT INTO activities BY NAME
SELECT account_id || '-crm:' || call_id AS activity_id, call_id, account_id, account_id || '-crm' AS crm_id,
    'call' AS kind, 'delivered' AS state, hash(call_id)::VARCHAR AS remote_id, 1 AS attempts,
    loaded_at AS first_tried_at, loaded_at AS delivered_at, loaded_at AS facts_at
FROM calls WHERE direction <> 'internal' AND started_at >= $from_at AND started_at < $to_at
"""
_FIXED = """
INSERT INTO accounts BY NAME
SELECT account_id, account_id AS name, 'Australia/Adelaide' AS timezone, 'AU' AS country, 'all' AS recording_policy,
    10.0 AS short_abandon_seconds, 1 AS callback_amount, 'business day' AS callback_unit, 'mail' AS masking,
    true AS has_hours, 'config' AS hours_from, [] AS pausing
FROM (SELECT 'account-' || lpad(n::VARCHAR, 3, '0') AS account_id FROM range($accounts) AS t(n));
INSERT INTO open_spans BY NAME
SELECT account_id, weekday, 510 AS opens_minute, 1050 AS closes_minute FROM accounts, range(1, 6) AS t(weekday);
INSERT INTO pbxs BY NAME
SELECT account_id || '-pbx' AS pbx_id, account_id, '20.0.7.0' AS version, 'xapi20' AS surface, true AS supported,
    true AS can_history, true AS can_list_recordings, true AS can_download_recordings, '[]'::JSON AS problems,
    $ends_at AS checked_at
FROM accounts
"""
_WINDOWS = """
INSERT INTO windows BY NAME
SELECT account_id || '-pbx' AS pbx_id, since, since + INTERVAL 1 HOUR AS until, 'complete' AS state, 6 AS rows,
    6 AS legs, 4 AS calls, 0 AS duplicates, 0 AS quarantined, since + INTERVAL 61 MINUTE AS read_at, true AS listed
FROM (SELECT unnest(generate_series($since, $ends_at - INTERVAL 1 HOUR, INTERVAL 1 HOUR)) AS since), accounts
ORDER BY since
"""
_SETTINGS = """
INSERT INTO pbx_settings BY NAME
SELECT account_id || '-pbx' AS pbx_id, dn::VARCHAR AS dn, 'Extension ' || dn AS name, 'extension' AS kind,
    if(dn = 117 AND day > DATE '2026-11-12', 'no', 'yes') AS records, day
FROM (SELECT unnest(generate_series($since::TIMESTAMP, $ends_at::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day), accounts,
    range(100, 100 + $extensions) AS t(dn)
ORDER BY day
"""


def make(path: Path, calls: int) -> None:
    """Writes the lake; a merge of its calls is not measured here, so the rows go in as they are."""
    gap = dt.timedelta(weeks=1).total_seconds() * 1e6 / CALLS_A_WEEK
    since = ENDS_AT - dt.timedelta(microseconds=calls * gap)
    lake = Lake(path)
    with lake.write():
        pass
    connection = duckdb.connect(str(path), config={"memory_limit": "6GB", "preserve_insertion_order": True})
    connection.execute("SET TimeZone = 'UTC'")
    fixed = {"accounts": ACCOUNTS, "extensions": EXTENSIONS, "since": since, "ends_at": ENDS_AT}
    for first in range(0, calls, BATCH):
        last = min(first + BATCH, calls)
        numbers = {"gap": gap, "first": first, "last": last}
        _run(connection, _CALLS.replace("{caller_key}", CALLER_KEY), fixed | numbers)
        span = {"from_at": _at(since, first, gap), "to_at": _at(since, last, gap)}
        for script in (_LEGS, _RECORDINGS, _ACTIVITIES):
            _run(connection, script, span)
        connection.execute("CHECKPOINT")
    for script in (*_FIXED.split(";"), _WINDOWS, _SETTINGS):
        _run(connection, script, fixed)
    connection.close()


def _at(since: dt.datetime, number: int, gap: float) -> dt.datetime:
    return since + dt.timedelta(microseconds=number * gap - 1 if number else 0)


def _run(connection: duckdb.DuckDBPyConnection, script: str, values: dict[str, object]) -> None:
    connection.execute(script, {name: value for name, value in values.items() if f"${name}" in script})


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
