"""What retention removes of calls: all that tells who called whom; the rows stay, and every figure with them.

A caller's number becomes a pseudonym: the same for the calls that are removed together, so that the episodes among
them stay what they were, and of use for nothing else, since what it was made with is thrown away.
"""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

import duckdb

from trunkline import delivery, numbers

# A number inside is short; one that is not is an outside party's, whatever column it stands in.
_OUTSIDE = r"\d{7}"
_OWN_REASONS = [delivery.UNKNOWN_CALLER, delivery.INTERNAL, delivery.NO_NUMBER, delivery.OWN_NUMBER, delivery.REMOVED]
_LEGS = """
    UPDATE legs SET source_number = NULL, source_name = NULL, source_raw = NULL, reason = NULL,
        destination_number = NULL, destination_name = NULL, destination_raw = NULL,
        source_dn = CASE WHEN regexp_matches(source_dn, $outside) THEN NULL ELSE source_dn END,
        destination_dn = CASE WHEN regexp_matches(destination_dn, $outside) THEN NULL ELSE destination_dn END
    WHERE call_id IN (FROM purging)
"""
_INSIDE = """CASE WHEN {column} IS NULL OR (call_id, {column}) IN (
    SELECT call_id, destination_dn FROM legs WHERE call_id IN (FROM purging) AND destination_dn IS NOT NULL)
    THEN {column} ELSE $removed END"""
_CALLS = f"""
    UPDATE calls SET purged_at = $now, external_raw = NULL, external_name = NULL, caller_key = NULL,
        external_number = $removed || ':' || left(sha256($secret || account_id || external_number), 16),
        answered_by = {_INSIDE.format(column="answered_by")},
        first_destination = {_INSIDE.format(column="first_destination")}
    WHERE call_id IN (FROM purging)
"""
# A hash of what a CRM was told holds the number: whoever has the rest can find it by trying all.
_ACTIVITIES = """
    UPDATE activities SET payload_sha256 = NULL,
        reason = CASE WHEN state = 'pending' THEN $removed WHEN reason IN (SELECT unnest($own)) THEN reason END,
        state = CASE WHEN state = 'pending' THEN 'skipped' ELSE state END
    WHERE call_id IN (FROM purging)
"""


# Who a number is in a CRM is known by the number itself; what a CRM has of the caller stays there.
_CONTACTS = """
    DELETE FROM crm_contacts
    WHERE crm_id IN (SELECT crm_id FROM activities WHERE account_id = $account)
        AND number NOT IN (
            SELECT external_number FROM calls WHERE account_id = $account AND external_number IS NOT NULL)
"""


def purged_until(connection: duckdb.DuckDBPyConnection, account_id: str) -> dt.datetime | None:
    """How far the account's calls are removed: what was removed stays so, also where more is to be kept since."""
    row = connection.execute(
        "SELECT max(started_at) + INTERVAL 1 MICROSECOND FROM calls WHERE account_id = ? AND purged_at IS NOT NULL",
        [account_id],
    ).fetchone()
    return row[0] if row else None


def first_kept(connection: duckdb.DuckDBPyConnection, account_id: str) -> dt.datetime | None:
    """When the account's oldest call began of which nothing is removed."""
    row = connection.execute(
        "SELECT min(started_at) FROM calls WHERE account_id = ? AND purged_at IS NULL", [account_id]
    ).fetchone()
    return row[0] if row else None


def purge_calls(
    connection: duckdb.DuckDBPyConnection, account_id: str, line: dt.datetime, secret: str, now: dt.datetime
) -> int:
    """Removes who called whom from calls that began before the line, their legs and activities; returns how many.

    `secret` is random text, to be thrown away. The line is never before `purged_until`: it moves one way only.
    """
    span = {"account": account_id, "line": line}
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE purging AS
        SELECT call_id FROM calls WHERE account_id = $account AND started_at < $line AND purged_at IS NULL
        """,
        span,
    )
    _keep_episodes_whole(connection, span)
    connection.execute(_LEGS, {"outside": _OUTSIDE})
    connection.execute(_ACTIVITIES, {"removed": delivery.REMOVED, "own": _OWN_REASONS})
    row = connection.execute(_CALLS, {"removed": numbers.REMOVED, "secret": secret, "now": now}).fetchone()
    connection.execute(_CONTACTS, {"account": account_id})
    return int(row[0]) if row else 0


def _keep_episodes_whole(connection: duckdb.DuckDBPyConnection, span: dict[str, object]) -> None:
    """What the views must know of calls on both sides of the line."""
    sql = (files("trunkline.store") / "merge" / "purged_callers.sql").read_text("utf-8")
    connection.execute(sql, span)
    connection.execute(
        """
        UPDATE calls SET continued_by = next_call_id
        FROM (SELECT unnest(continued) AS continued_id, next_call_id FROM purged_callers) WHERE call_id = continued_id
        """
    )
    connection.execute(
        "UPDATE calls SET known_before = true WHERE call_id IN (SELECT known_call_id FROM purged_callers)"
    )
