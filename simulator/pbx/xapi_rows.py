"""Legs and calls as rows of the XAPI's reports (v20 reference §3.1, §3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.numbers import iso_duration, utc_text
from trunkline.simulator.pbx.wire import without_nulls
from trunkline.simulator.pbx.xapi_parties import party_fields
from trunkline.simulator.pbx.xapi_recording_rows import recording_fields
from trunkline.simulator.scenarios.casting import NUMBER_IN_TEXT
from trunkline.simulator.scenarios.place import PlacedCall, PlacedLeg

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx


def call_log_row(pbx: SimulatedPbx, call: PlacedCall, leg: PlacedLeg) -> dict[str, Any]:
    """`Pbx.CallLogData` as Update 6 (`xapi-u6`) or 20.0.10 (`xapi-u10`) writes it."""
    story = leg.story
    row: dict[str, Any] = {
        "MainCallHistoryId": call.main_id,
        "CallHistoryId": leg.history_id,
        "CdrId": leg.cdr_id,
        "CallId": 1,
        "Indent": 1,
        "SegmentId": 1,
        "SubrowDescNumber": 0,
        "StartTime": utc_text(leg.started_at) if story.has_start_time else None,
        **party_fields("Source", pbx, call, story.source),
        **party_fields("Destination", pbx, call, story.destination),
        "RingingDuration": iso_duration(story.ring_seconds, story.duration_style),
        "TalkingDuration": iso_duration(story.talk_seconds, story.duration_style),
        "CallCost": 0,
        "Answered": story.answered,
        "Direction": story.direction,
        "CallType": story.call_type,
        "Status": story.status,
        "Reason": NUMBER_IN_TEXT.sub(lambda found: pbx.directory.caption(found[1]), story.reason) or None,
        "QualityReport": False,
        **recording_fields(pbx, call, leg),
    }
    for key in story.omits:
        row.pop(key, None)
    return without_nulls(row)


def inbound_row(pbx: SimulatedPbx, call: PlacedCall) -> dict[str, Any]:
    """`Pbx.InboundCall`: one row for each trunk call, with the DID (§3.1)."""
    first = call.legs[0]
    last = next((leg for leg in call.legs if leg.story.status == "Answered"), call.legs[-1])
    answered = call.truth.outcome == "answered"
    recording = next(iter(call.recordings), None)
    return without_nulls(
        {
            "CdrId": first.cdr_id,
            "CallHistoryId": call.main_id,
            "StartTime": utc_text(call.started_at),
            **{
                key: value
                for key, value in {
                    **party_fields("Source", pbx, call, first.story.source),
                    **party_fields("Destination", pbx, call, last.story.destination),
                }.items()
                if not key.endswith("Type")
            },
            "Did": call.did,
            "TrunkNumber": "10000",
            "TrunkName": "Main trunk",
            "RuleName": "Main line",
            "Status": "Answered" if answered else "Unanswered",
            "CallDuration": iso_duration((call.ended_at - call.started_at).total_seconds()),
            "RingingDuration": iso_duration(last.story.ring_seconds),
            "TalkingDuration": iso_duration(last.story.talk_seconds if answered else 0.0),
            "RecordingId": recording and recording.recording_id,
            "QualityReport": False,
        }
    )
