"""What a PBX will delete before anybody has stored it, and when its room for recordings is full."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import duckdb

from trunkline.models import Problem
from trunkline.recordings import LOST_SOON_DAYS

LOST_SOON = "lost_soon"
ROOM_FULL = "room_full"
_WHY = {
    None: ("they wait to be fetched", "run trunkline recordings --pbx {pbx} now"),
    "access": ("the right to them is missing", "give the API user the role Recording Manager, then run trunkline sync"),
    "unreachable": ("the PBX did not answer", "run trunkline doctor --pbx {pbx}: it says which step fails"),
    "build": ("their address fails", "update 3CX, or save them in its console"),
}


def lost_soon(
    connection: duckdb.DuckDBPyConnection, pbx_ids: Sequence[str], now: dt.datetime, timezone: str
) -> dict[str, list[Problem]]:
    """What is about to be lost at each of the PBXs, with the step that saves it; days in `timezone`."""
    rows = connection.execute(
        """
        SELECT pbx_id, cause, count(*), min(deletes_at) FROM recordings_at_risk
        WHERE list_contains($pbxs, pbx_id) AND deletes_at >= $now AND deletes_at < $now + to_days($days)
        GROUP BY ALL ORDER BY ALL
        """,
        {"pbxs": list(pbx_ids), "now": now, "days": LOST_SOON_DAYS},
    ).fetchall()
    found: dict[str, list[Problem]] = {}
    for pbx_id, cause, count, first_at in rows:
        found.setdefault(pbx_id, []).append(_deleted(pbx_id, cause, count, first_at.astimezone(ZoneInfo(timezone))))
    for pbx_id, full_on in _full(connection, pbx_ids, now):
        found.setdefault(pbx_id, []).append(_full_said(full_on))
    return found


def _deleted(pbx_id: str, cause: str | None, count: int, first: dt.datetime) -> Problem:
    why, step = _WHY[cause]
    what = "1 recording that is not stored yet" if count == 1 else f"{count} recordings that are not stored yet"
    message = f"will delete {what}, the first on {first:%a} {first.day} {first:%b}: {why}"
    return Problem(LOST_SOON, message, step.format(pbx=pbx_id), is_risk=True)


def _full(
    connection: duckdb.DuckDBPyConnection, pbx_ids: Sequence[str], now: dt.datetime
) -> Iterable[tuple[str, dt.date]]:
    """PBXs that are not full yet, and will be."""
    last = now.date() + dt.timedelta(days=LOST_SOON_DAYS)
    return connection.execute(
        """
        SELECT pbx_id, full_on FROM pbx_room
        WHERE list_contains($pbxs, pbx_id) AND full_on <= $last AND used_megabytes < quota_megabytes ORDER BY ALL
        """,
        {"pbxs": list(pbx_ids), "last": last},
    ).fetchall()


def _full_said(day: dt.date) -> Problem:
    message = f"its room for recordings is full about {day:%a} {day.day} {day:%b}: it stops recording, or deletes"
    return Problem(ROOM_FULL, message, "raise the recording quota in 3CX, or let it delete sooner", is_risk=True)
