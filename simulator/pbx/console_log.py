"""Calls and recordings on the v18 console (v18 reference §1.4 to §1.6)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trunkline.simulator.pbx import audio
from trunkline.simulator.pbx.callbook import Kept
from trunkline.simulator.pbx.console_ranges import span
from trunkline.simulator.pbx.numbers import clock_duration
from trunkline.simulator.pbx.wire import Answer, Ask, as_json
from trunkline.simulator.pbx.xapi_parties import outside_number
from trunkline.simulator.scenarios.place import PlacedCall
from trunkline.simulator.scenarios.story import Party

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

STATES = {"onlyanswered": True, "onlyunanswered": False}


def call_log(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GET /api/CallLog`: newest first, `startRow` and `numberOfRows`, `HasMoreRows`."""
    if not pbx.rights.history:
        return Answer(403)
    query = {key.lower(): value for key, value in ask.query.items()}
    try:
        zone = ZoneInfo(query.get("timezonename", ""))
        first, wanted = int(query.get("startrow", 0)), int(query.get("numberofrows", 50))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Answer(400)
    period = span(query.get("daterangetype", "Today"), pbx.now(), zone)
    if period is None:
        return Answer(400)
    if pbx.faults.take(ask.path, "suspect_empty"):
        return as_json({"CallLogRows": [], "HasMoreRows": False, "IsExportAllowed": True})
    calls = [one for one in pbx.book.calls(*period, pbx.now()) if one.console_row is not None]
    state = STATES.get(query.get("callstate", "All").lower())
    if state is not None:
        calls = [one for one in calls if one.console_row and one.console_row.answered == state]
    rows = [_call_row(pbx, one, zone) for one in calls[first : first + wanted]]
    extra = pbx.faults.take(ask.path, "extra_rows")
    return as_json(
        {
            "CallLogRows": [*rows, *(extra.rows if extra else ())],
            "HasMoreRows": first + wanted < len(calls),
            "IsExportAllowed": True,
        }
    )


def recording_list(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GET /api/RecordingList`: rows stay in the list when their file is gone (§1.6)."""
    if not pbx.rights.list_recordings:
        return Answer(403)
    try:
        count, start = int(ask.query.get("count", 50)), int(ask.query.get("start", 0))
    except ValueError:
        return Answer(400)
    now = pbx.now()
    kept = [
        one
        for one in reversed(pbx.book.recordings())
        if one.call.ended_at <= now and one.recording.story.fate != "unlisted"
    ]
    restricted = {} if pbx.licence.recording else {"licenseRestricted": True}
    return as_json(
        {
            **restricted,
            "TotalRowsCount": len(kept),
            "isGDriveSelected": False,
            "transferRecordings": "",
            "isArchiveEnabled": pbx.keeping.archive_enabled,
            "list": [_recording_row(pbx, one) for one in kept[start : start + count]],
        }
    )


def download(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GET /api/RecordingList/Download?file=N`: a file that is gone is a redirect (§1.6)."""
    if not pbx.rights.download_recordings:
        return Answer(403)
    name = ask.query.get("file", "")
    recording_id = int(name) if name.isdigit() else -1
    pbx.log.downloads[recording_id] += 1
    kept = pbx.book.recording(recording_id)
    found = audio.body_of(pbx, kept) if kept else None
    if found is None:
        return Answer(302, b"", {"Location": "/"})
    return Answer(200, found.body, {"Content-Type": found.content_type})


def _call_row(pbx: SimulatedPbx, call: PlacedCall, zone: ZoneInfo) -> dict[str, Any]:
    row = call.console_row
    assert row is not None  # noqa: S101 - filtered by the caller
    duration = int((call.ended_at - call.started_at).total_seconds())
    shown: dict[str, Any] = {
        "CallTime": _local(call.started_at.replace(microsecond=0), zone),
        "CallerId": _display(pbx, call, row.source),
        "Destination": _display(pbx, call, row.destination),
        "Duration": clock_duration(duration),
        "Answered": row.answered,
    }
    return {"Id": call.number, **shown} if pbx.quirks.rows_have_ids else shown


def _recording_row(pbx: SimulatedPbx, kept: Kept) -> dict[str, Any]:
    call, one = kept.call, kept.recording
    outside = call.caller and outside_number(pbx, call, call.caller)
    return {
        "Id": one.recording_id,
        "IsArchived": one.story.fate == "archived",
        "Date": _local(one.started_at, ZoneInfo(pbx.zone)),
        "Transcription": None,
        "Participants": [_display(pbx, call, one.leg.story.source), _display(pbx, call, one.leg.story.destination)],
        "CallerNumber": outside,
        "DID": call.did if call.truth.direction == "inbound" else None,
    }


def _display(pbx: SimulatedPbx, call: PlacedCall, party: Party) -> str:
    """The display string: `Name (number)`, or the number alone (§1.4)."""
    number = party.dn
    if party.kind == "external":
        number = outside_number(pbx, call, party.number) if party.number else call.scenario.withheld_as
    name = party.name if party.kind == "external" else pbx.directory.name_of(party)
    if name and number:
        return f"{name} ({number})"
    return name or number or ""


def _local(at: dt.datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat()
