"""Legs as rows of the XAPI's call log, in each shape that builds gave them (v20 reference §3.3, v18 §3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.numbers import iso_duration, utc_text
from trunkline.simulator.pbx.upgrade import NUMBERED
from trunkline.simulator.pbx.wire import without_nulls
from trunkline.simulator.pbx.xapi_parties import party_fields
from trunkline.simulator.pbx.xapi_recording_rows import recording_fields
from trunkline.simulator.scenarios.casting import NUMBER_IN_TEXT
from trunkline.simulator.scenarios.place import PlacedCall, PlacedLeg

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import Shape, SimulatedPbx


def call_log_row(pbx: SimulatedPbx, call: PlacedCall, leg: PlacedLeg, shape: Shape) -> dict[str, Any]:
    """`Pbx.CallLogData` of a leg in this shape."""
    story, is_numbered = leg.story, shape in NUMBERED
    row: dict[str, Any] = {
        **(_numbers(call, leg, shape) if is_numbered else _ids(call, leg)),
        "StartTime": utc_text(leg.started_at) if story.has_start_time or is_numbered else None,
        **party_fields("Source", pbx, call, story.source),
        **party_fields("Destination", pbx, call, story.destination),
        "RingingDuration": iso_duration(story.ring_seconds, story.duration_style),
        "TalkingDuration": iso_duration(story.talk_seconds, story.duration_style),
        "CallCost": 0,
        "Answered": story.answered,
        **({} if is_numbered else _words(leg)),
        "Reason": NUMBER_IN_TEXT.sub(lambda found: pbx.directory.caption(found[1]), story.reason) or None,
        "QualityReport": None if shape == "xapi-v18" else False,
        **recording_fields(pbx, call, leg, shape),
    }
    for key in story.omits:
        row.pop(key, None)
    return without_nulls(row)


def _ids(call: PlacedCall, leg: PlacedLeg) -> dict[str, Any]:
    """From Update 6 on: three ids, and numbers that are 1 on every row."""
    return {
        "MainCallHistoryId": call.main_id,
        "CallHistoryId": leg.history_id,
        "CdrId": leg.cdr_id,
        "CallId": 1,
        "Indent": 1,
        "SegmentId": 1,
        "SubrowDescNumber": 0,
    }


def _numbers(call: PlacedCall, leg: PlacedLeg, shape: Shape) -> dict[str, Any]:
    """Before: the call's number on all its rows; the row's own grows within the PBX, on v18 within the call."""
    place = call.legs.index(leg)
    indent = 1 if place else 0
    return {
        "CallId": call.number,
        "SegmentId": place + 1 if shape == "xapi-v18" else leg.segment,
        "Indent": indent,
        "SubrowDescNumber": indent,
    }


def _words(leg: PlacedLeg) -> dict[str, Any]:
    """What rows say of themselves from Update 6 on."""
    return {"Direction": leg.story.direction, "CallType": leg.story.call_type, "Status": leg.story.status}
