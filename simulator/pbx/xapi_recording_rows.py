"""Recordings as the XAPI shows them: in the list, and inside a call log row (v20 reference §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.directory import DN_TYPES
from trunkline.simulator.pbx.numbers import utc_text
from trunkline.simulator.pbx.wire import without_nulls
from trunkline.simulator.pbx.xapi_parties import number_of, shown_name
from trunkline.simulator.scenarios.place import PlacedCall, PlacedLeg, PlacedRecording
from trunkline.simulator.scenarios.story import Party, Recording

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import Shape, SimulatedPbx


TELLS_TRANSCRIBED = (20, 0, 7)
"""The first build whose list says so (v20 reference §3.3)."""
CALL_TYPES = {"inbound": "InboundExternal", "outbound": "OutboundExternal", "internal": "Local"}


def recording_fields(pbx: SimulatedPbx, call: PlacedCall, leg: PlacedLeg, shape: Shape) -> dict[str, Any]:
    """The ids of a leg's recordings: the newest build lists them as well (§4.2), v18 has no transcripts."""
    if not leg.recordings:
        return {}
    ids = [one.recording_id for one in leg.recordings]
    first = leg.recordings[0]
    fields: dict[str, Any] = {
        "DstRecId": ids[0],
        "SrcRecId": ids[1] if len(ids) > 1 else None,
        "RecordingUrl": recording_path(pbx, call, first),
    }
    if shape == "xapi-u10":
        fields["Recordings"] = [without_nulls({"Id": one.recording_id, **_heard(one.story)}) for one in leg.recordings]
    elif shape != "xapi-v18":
        fields |= _heard(first.story)
    return fields


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
            "IsTranscribed": one.story.transcript is not None if pbx.numeric_version >= TELLS_TRANSCRIBED else None,
            **_heard(one.story),
        }
    )


def recording_path(pbx: SimulatedPbx, call: PlacedCall, one: PlacedRecording) -> str:
    """The relative path that 3CX calls `RecordingUrl` (§4.3): nothing that can be fetched."""
    story = one.leg.story
    numbers = [
        (number_of(pbx, call, party) or "") if party.kind == "external" else party.dn
        for party in (story.source, story.destination)
    ]
    name = pbx.directory.name_of(story.source) or ""
    inside = next((p.dn for p in (story.destination, story.source) if p.kind == "extension"), "000")
    stamp = one.started_at.strftime("%Y%m%d%H%M%S")
    return f"{inside}/[{name}]_{numbers[0]}-{numbers[1]}_{stamp}({one.recording_id % 1000}).wav"


def _heard(story: Recording) -> dict[str, Any]:
    """What the PBX's transcription made of it."""
    return {"Transcription": story.transcript, "Summary": story.summary, "SentimentScore": story.sentiment}


def _recording_party(side: str, pbx: SimulatedPbx, call: PlacedCall, party: Party) -> dict[str, Any]:
    return {
        f"{side}Dn": party.dn,
        f"{side}DnType": DN_TYPES[party.kind],
        f"{side}CallerNumber": number_of(pbx, call, party) if party.kind == "external" else party.dn,
        f"{side}DisplayName": shown_name(pbx, call, party),
    }
