"""Legs, calls and recordings as rows of the XAPI (v20 reference §3.3, §3.1, §4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.directory import DN_TYPES
from trunkline.simulator.pbx.numbers import iso_duration, shown_number, utc_text
from trunkline.simulator.pbx.wire import without_nulls
from trunkline.simulator.scenarios.place import PlacedCall, PlacedLeg, PlacedRecording
from trunkline.simulator.scenarios.story import Party

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

CALL_TYPES = {"inbound": "InboundExternal", "outbound": "OutboundExternal", "internal": "Local"}
END_CALL_TYPE = 12


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
        **_party("Source", pbx, call, story.source),
        **_party("Destination", pbx, call, story.destination),
        "RingingDuration": iso_duration(story.ring_seconds, story.duration_style),
        "TalkingDuration": iso_duration(story.talk_seconds, story.duration_style),
        "CallCost": 0,
        "Answered": story.answered,
        "Direction": story.direction,
        "CallType": story.call_type,
        "Status": story.status,
        "Reason": story.reason or None,
        "QualityReport": False,
        **recording_fields(pbx, call, leg),
    }
    for key in story.omits:
        row.pop(key, None)
    return without_nulls(row)


def recording_fields(pbx: SimulatedPbx, call: PlacedCall, leg: PlacedLeg) -> dict[str, Any]:
    """The ids of a leg's recordings: the newest build lists them as well (§4.2)."""
    if not leg.recordings:
        return {}
    ids = [one.recording_id for one in leg.recordings]
    first = leg.recordings[0]
    fields: dict[str, Any] = {
        "DstRecId": ids[0],
        "SrcRecId": ids[1] if len(ids) > 1 else None,
        "RecordingUrl": recording_path(pbx, call, first),
    }
    if pbx.shape == "xapi-u10":
        fields["Recordings"] = [
            without_nulls({"Id": one.recording_id, "Transcription": one.story.transcript}) for one in leg.recordings
        ]
    return fields


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
                    **_party("Source", pbx, call, first.story.source),
                    **_party("Destination", pbx, call, last.story.destination),
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


def recording_row(pbx: SimulatedPbx, call: PlacedCall, one: PlacedRecording) -> dict[str, Any]:
    """`Pbx.Recording`: no call id, no size (§4.1)."""
    inbound = call.truth.direction == "inbound"
    return without_nulls(
        {
            "Id": one.recording_id,
            "CallType": CALL_TYPES[call.truth.direction],
            "StartTime": utc_text(one.started_at),
            "EndTime": utc_text(one.ended_at),
            **_recording_party("From", pbx, call, one.leg.story.source),
            **_recording_party("To", pbx, call, one.leg.story.destination),
            "FromDidNumber": call.did if inbound else None,
            "RecordingUrl": recording_path(pbx, call, one),
            "IsArchived": one.story.fate == "archived",
            "ArchivedUrl": f"sftp://archive.example/{one.recording_id}.wav" if one.story.fate == "archived" else None,
            "IsTranscribed": one.story.transcript is not None,
            "Transcription": one.story.transcript,
        }
    )


def recording_path(pbx: SimulatedPbx, call: PlacedCall, one: PlacedRecording) -> str:
    """The relative path that 3CX calls `RecordingUrl` (§4.3): nothing that can be fetched."""
    story = one.leg.story
    numbers = [
        (_number(pbx, call, party) or "") if party.kind == "external" else party.dn
        for party in (story.source, story.destination)
    ]
    name = pbx.directory.name_of(story.source) or ""
    inside = next((p.dn for p in (story.destination, story.source) if p.kind == "extension"), "000")
    stamp = one.started_at.strftime("%Y%m%d%H%M%S")
    return f"{inside}/[{name}]_{numbers[0]}-{numbers[1]}_{stamp}({one.recording_id % 1000}).wav"


def outside_number(pbx: SimulatedPbx, call: PlacedCall, number: str) -> str:
    """The number as this call's trunk writes it; only the caller's own comes in odd forms."""
    if number != call.caller:
        return number
    own = call.scenario.number_style
    return shown_number(number, pbx.quirks.number_style if own == "e164" else own, pbx.region)


def _party(side: str, pbx: SimulatedPbx, call: PlacedCall, party: Party) -> dict[str, Any]:
    return {
        f"{side}Type": DN_TYPES[party.kind],
        f"{side}Dn": party.dn,
        f"{side}CallerId": _number(pbx, call, party),
        f"{side}DisplayName": _shown_name(pbx, call, party),
    }


def _recording_party(side: str, pbx: SimulatedPbx, call: PlacedCall, party: Party) -> dict[str, Any]:
    return {
        f"{side}Dn": party.dn,
        f"{side}DnType": DN_TYPES[party.kind],
        f"{side}CallerNumber": _number(pbx, call, party) if party.kind == "external" else party.dn,
        f"{side}DisplayName": _shown_name(pbx, call, party),
    }


def _number(pbx: SimulatedPbx, call: PlacedCall, party: Party) -> str | None:
    if party.kind == "extension":
        return f"Ext.{party.dn}"
    if party.kind != "external":
        return party.dn
    if party.number is None:
        return call.scenario.withheld_as
    return outside_number(pbx, call, party.number)


def _shown_name(pbx: SimulatedPbx, call: PlacedCall, party: Party) -> str | None:
    if party.kind == "external" and party.name is None:
        return _number(pbx, call, party)
    return pbx.directory.name_of(party)
