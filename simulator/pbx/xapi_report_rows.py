"""Calls as rows of the trunk and queue reports (v20 reference §3.1, §7.2; fields by the official document)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.numbers import iso_duration, utc_text
from trunkline.simulator.pbx.wire import without_nulls
from trunkline.simulator.pbx.xapi_parties import number_of, party_fields, shown_name
from trunkline.simulator.scenarios.cast import TRUNK_DN
from trunkline.simulator.scenarios.place import PlacedCall, PlacedLeg
from trunkline.simulator.scenarios.story import Party

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx


def inbound_row(pbx: SimulatedPbx, call: PlacedCall) -> dict[str, Any]:
    """`Pbx.InboundCall`: one row for each call that came in over a trunk, with the DID."""
    first = call.legs[0]
    last = next((leg for leg in call.legs if leg.story.status == "Answered"), call.legs[-1])
    answered = call.truth.outcome == "answered"
    return without_nulls(
        {
            **_trunk_call(call, last, answered=answered),
            **_party("Source", pbx, call, first.story.source),
            **_party("Destination", pbx, call, last.story.destination),
            "Did": call.did,
            "RuleName": "Main line",
        }
    )


def outbound_row(pbx: SimulatedPbx, call: PlacedCall) -> dict[str, Any]:
    """`Pbx.OutboundCall`: one row for each call that went out; the number dialled is `DestinationCalleeId`."""
    first = call.legs[0]
    answered = call.truth.outcome == "connected"
    dialled = _party("Destination", pbx, call, first.story.destination)
    dialled["DestinationCalleeId"] = dialled.pop("DestinationCallerId")
    return without_nulls(
        {
            **_trunk_call(call, first, answered=answered),
            **_party("Source", pbx, call, first.story.source),
            **dialled,
            "RuleName": "Outside line",
            "Answered": answered,
            "CallCost": 0,
        }
    )


def abandoned_rows(pbx: SimulatedPbx, call: PlacedCall, wait: PlacedLeg) -> list[dict[str, Any]]:
    """`Pbx.AbandonedQueueCalls` of one wait: a row for each agent that was tried, one if none was.

    Only the first has `CallTime` (v20 reference §7.2).
    """
    queue = wait.story.destination
    shared: dict[str, Any] = {
        "QueueDn": queue.dn,
        "QueueDisplayName": shown_name(pbx, call, queue),
        "CallTimeForCsv": utc_text(wait.started_at),
        "WaitTime": iso_duration(wait.story.talk_seconds),
        "CallerId": number_of(pbx, call, wait.story.source),
        "CallHistoryId": wait.history_id,
    }
    tried = Counter(
        leg.story.destination
        for leg in call.legs
        if leg.story.polling and wait.started_at <= leg.started_at <= wait.ended_at
    )
    agents = [
        {
            "ExtensionDn": who.dn,
            "ExtensionDisplayName": shown_name(pbx, call, who),
            "PollingAttempts": attempts,
            "IsLoggedIn": True,
        }
        for who, attempts in tried.items()
    ]
    first, *others = [shared | agent for agent in agents] or [shared]
    return [without_nulls(row) for row in ({"CallTime": utc_text(wait.started_at), **first}, *others)]


def _trunk_call(call: PlacedCall, leg: PlacedLeg, *, answered: bool) -> dict[str, Any]:
    """What both trunk reports say; `leg` is the one that decided the call."""
    recording = next(iter(call.recordings), None)
    return {
        "CdrId": call.legs[0].cdr_id,
        "CallHistoryId": call.main_id,
        "StartTime": utc_text(call.started_at),
        "TrunkNumber": TRUNK_DN,
        "TrunkName": "Main trunk",
        "Status": "Answered" if answered else "Unanswered",
        "CallDuration": iso_duration((call.ended_at - call.started_at).total_seconds()),
        "RingingDuration": iso_duration(leg.story.ring_seconds),
        "TalkingDuration": iso_duration(leg.story.talk_seconds if answered else 0.0),
        "RecordingId": recording and recording.recording_id,
        "QualityReport": False,
    }


def _party(side: str, pbx: SimulatedPbx, call: PlacedCall, party: Party) -> dict[str, Any]:
    """One end; these reports have no type of it."""
    fields = party_fields(side, pbx, call, party)
    del fields[f"{side}Type"]
    return fields
