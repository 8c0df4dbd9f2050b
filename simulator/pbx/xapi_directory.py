"""The directory sets of the XAPI (v20 reference §5, "Directory data")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.directory import Line
from trunkline.simulator.pbx.odata import INVALID, matching, ordered, page, selected
from trunkline.simulator.pbx.seeing import seen_people, sees_number
from trunkline.simulator.pbx.wire import Answer, Ask, as_json, odata_error

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

V20_USER = {"DisplayName", "RecordExternalCallsOnly", "ForbidRecording"}


def users(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Users`: a `$select` without Id is refused (§8.6), and on v18 one of a property that came with v20."""
    asked = {name.strip() for name in ask.query.get("$select", "").split(",")}
    if asked - {""} and "Id" not in asked:
        return odata_error(400, f"{INVALID} $select must include 'Id'.")
    rows: list[dict[str, Any]] = [
        {
            "Id": 30 + place,
            "Number": one.number,
            "FirstName": one.first_name,
            "LastName": one.last_name,
            "DisplayName": one.name,
            "EmailAddress": f"{one.number}@{pbx.id}.example",
            "RecordCalls": one.record_calls,
            "RecordExternalCallsOnly": one.record_external_calls_only,
            "ForbidRecording": one.forbid_recording,
            "IsRegistered": True,
            "Enabled": True,
        }
        for place, one in seen_people(pbx)
    ]
    if pbx.surface == "xapi18":
        unknown = asked & V20_USER
        if unknown:
            return odata_error(400, f"{INVALID} Could not find a property named '{min(unknown)}' on type 'Pbx.User'.")
        rows = [_v18_user(row) for row in rows]
    return entity_set(pbx, ask, "Users", rows)


def queues(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Queues` with their recording switch."""
    lines = pbx.directory.queues
    rows = [{**row, "Recording": one.recording} for row, one in zip(_lines(lines), lines, strict=True)]
    return entity_set(pbx, ask, "Queues", rows)


def ring_groups(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`RingGroups`."""
    return entity_set(pbx, ask, "RingGroups", _lines(pbx.directory.ring_groups))


def receptionists(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Receptionists`: the menus."""
    return entity_set(pbx, ask, "Receptionists", _lines(pbx.directory.ivrs))


def peers(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Peers`: every number with its kind, as far as the login sees it."""
    book = pbx.directory
    kinds = {
        "Extension": [Line(one.number, one.name) for one in book.extensions],
        "Queue": book.queues,
        "RingGroup": book.ring_groups,
        "IVR": book.ivrs,
        "Fax": book.faxes,
        "ExternalLine": [Line("10000", "Main trunk")],
    }
    pairs = [(kind, one) for kind, lines in kinds.items() for one in lines]
    rows = [
        {"Id": index, "Number": one.number, "Name": one.name, "Type": kind}
        for index, (kind, one) in enumerate(pairs, start=1)
        if sees_number(pbx, one.number)
    ]
    return entity_set(pbx, ask, "Peers", rows)


def _v18_user(row: dict[str, Any]) -> dict[str, Any]:
    """v18 writes `RecordExtenalCallsOnly`, and has no display name (v18 reference §5)."""
    kept = {key: value for key, value in row.items() if key not in V20_USER}
    return {**kept, "RecordExtenalCallsOnly": row["RecordExternalCallsOnly"]}


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [{"Id": index, "Number": one.number, "Name": one.name} for index, one in enumerate(lines, start=60)]


def entity_set(pbx: SimulatedPbx, ask: Ask, name: str, rows: list[dict[str, Any]]) -> Answer:
    """The part of a set that is asked for (v20 reference §3.6)."""
    rows = ordered(matching(rows, ask.query.get("$filter")), ask.query.get("$orderby"))
    counted = {"@odata.count": len(rows)} if ask.query.get("$count") == "true" else {}
    chosen = page(rows, ask.query, pbx.entity_top_limit)[: pbx.entity_top_limit]
    shown = selected(chosen, ask.query.get("$select"))
    return as_json({"@odata.context": f"$metadata#{name}", **counted, "value": shown})
