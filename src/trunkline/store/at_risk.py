"""What a PBX will delete before anybody has stored it, and when its room for recordings is full."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import duckdb

from trunkline.recordings import LOST_SOON_DAYS


@dataclass(frozen=True)
class Risk:
    """What is about to be lost at a PBX, from `day` on, in the zone that was asked for.

    `recordings`: how many it will delete, `cause` (of `recordings.cause`; null: they wait) why they are not stored yet;
    null where its room for recordings is full instead.
    """

    pbx_id: str
    day: dt.date
    recordings: int | None = None
    cause: str | None = None


def at_risk(
    connection: duckdb.DuckDBPyConnection, pbx_ids: Sequence[str], now: dt.datetime, timezone: str
) -> list[Risk]:
    """What is about to be lost at the PBXs; days in `timezone`."""
    rows = connection.execute(
        """
        SELECT pbx_id, cause, count(*), min(deletes_at) FROM recordings_at_risk
        WHERE list_contains($pbxs, pbx_id) AND deletes_at >= $now AND deletes_at < $now + to_days($days)
        GROUP BY ALL ORDER BY ALL
        """,
        {"pbxs": list(pbx_ids), "now": now, "days": LOST_SOON_DAYS},
    ).fetchall()
    zone = ZoneInfo(timezone)
    found = [Risk(pbx_id, first.astimezone(zone).date(), count, cause) for pbx_id, cause, count, first in rows]
    return sorted([*found, *_full(connection, pbx_ids, now)], key=lambda one: one.pbx_id)


def _full(connection: duckdb.DuckDBPyConnection, pbx_ids: Sequence[str], now: dt.datetime) -> list[Risk]:
    """PBXs that are not full yet, and will be."""
    last = now.date() + dt.timedelta(days=LOST_SOON_DAYS)
    rows = connection.execute(
        """
        SELECT pbx_id, full_on FROM pbx_room
        WHERE list_contains($pbxs, pbx_id) AND full_on <= $last AND used_megabytes < quota_megabytes ORDER BY ALL
        """,
        {"pbxs": list(pbx_ids), "last": last},
    ).fetchall()
    return [Risk(pbx_id, day) for pbx_id, day in rows]
