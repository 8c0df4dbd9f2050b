"""Puts a scenario at a point in time: real ids, real numbers, and the truth that goes with them."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import replace

from trunkline.simulator.scenarios.casting import Casting
from trunkline.simulator.scenarios.ids import guid, time_number, time_of
from trunkline.simulator.scenarios.placed import PlacedCall, PlacedLeg, PlacedRecording
from trunkline.simulator.scenarios.story import ConsoleRow, Leg, Scenario

__all__ = ["PlacedCall", "PlacedLeg", "PlacedRecording", "guid", "place", "time_of"]


def place(
    scenario: Scenario,
    start: dt.datetime,
    caller: str | None = None,
    did: str | None = None,
    *,
    caller_name: str | None = None,
    stand_ins: Mapping[str, str] | None = None,
    pace: float = 1.0,
) -> PlacedCall:
    """The scenario as a call that began at `start`.

    `caller` and `did` take the place of the scenario's own; `stand_ins` exchanges internal numbers (another agent
    picks up); `pace` makes everything quicker or slower. The truth follows each of these.
    """
    number = caller if caller is not None else scenario.caller
    line = did if did is not None else scenario.did
    act = Casting(scenario, number, caller_name, stand_ins or {}, pace)
    seed = zlib.crc32(f"{scenario.name}|{start.isoformat()}|{number}".encode()) & 0xFFFFFF00
    main_id = guid(start, seed)
    legs = tuple(_placed_leg(act.leg(leg), start, seed + 1, index, main_id) for index, leg in enumerate(scenario.legs))
    row = scenario.console_row
    return PlacedCall(
        scenario=scenario,
        started_at=start,
        ended_at=max(leg.ended_at for leg in legs),
        main_id=main_id,
        number=time_number(start),
        caller=number,
        did=line,
        legs=legs,
        truth=act.truth(scenario.truth, line),
        console_row=row and ConsoleRow(act.party(row.source), act.party(row.destination), row.answered),
        console=scenario.console and act.truth(scenario.console, line),
    )


def _placed_leg(leg: Leg, start: dt.datetime, first: int, index: int, main_id: str) -> PlacedLeg:
    at, sequence = start + dt.timedelta(seconds=leg.after_seconds), first + index
    history_id = guid(at, sequence + 0x80) if leg.history else main_id
    placed = PlacedLeg(guid(at, sequence), history_id, time_number(at) + index, at, leg)
    answered_at = at + dt.timedelta(seconds=leg.ring_seconds)
    recordings = tuple(
        PlacedRecording(time_number(answered_at) + side, answered_at, placed, story)
        for side, story in enumerate(leg.recordings)
    )
    return replace(placed, recordings=recordings)
