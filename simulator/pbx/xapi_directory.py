"""The directory sets of the XAPI (v20 reference §5, "Directory data")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.directory import Line
from trunkline.simulator.pbx.odata import matching, ordered, page, selected
from trunkline.simulator.pbx.wire import Answer, Ask, as_json, odata_error

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx


def users(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Users`: a `$select` without Id is refused (§8.6)."""
    select = ask.query.get("$select")
    if select and "Id" not in [name.strip() for name in select.split(",")]:
        return odata_error(400, "The query specified in the URI is not valid. $select must include 'Id'.")
    rows = [
        {
            "Id": index,
            "Number": one.number,
            "FirstName": one.first_name,
            "LastName": one.last_name,
            "DisplayName": one.name,
            "EmailAddress": f"{one.number}@{pbx.id}.example",
            "RecordCalls": one.record_calls,
            "RecordExternalCallsOnly": one.record_external_calls_only,
            "IsRegistered": True,
            "Enabled": True,
        }
        for index, one in enumerate(pbx.directory.extensions, start=30)
    ]
    return _set(pbx, ask, "Users", rows)


def queues(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Queues` with their recording switch."""
    lines = pbx.directory.queues
    rows = [{**row, "Recording": one.recording} for row, one in zip(_lines(lines), lines, strict=True)]
    return _set(pbx, ask, "Queues", rows)


def ring_groups(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`RingGroups`."""
    return _set(pbx, ask, "RingGroups", _lines(pbx.directory.ring_groups))


def receptionists(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Receptionists`: the menus."""
    return _set(pbx, ask, "Receptionists", _lines(pbx.directory.ivrs))


def peers(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`Peers`: every number with its kind."""
    book = pbx.directory
    people = [Line(one.number, one.name) for one in book.extensions]
    kinds = {
        "Extension": people,
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
    ]
    return _set(pbx, ask, "Peers", rows)


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [{"Id": index, "Number": one.number, "Name": one.name} for index, one in enumerate(lines, start=60)]


def _set(pbx: SimulatedPbx, ask: Ask, name: str, rows: list[dict[str, Any]]) -> Answer:
    rows = ordered(matching(rows, ask.query.get("$filter")), ask.query.get("$orderby"))
    counted = {"@odata.count": len(rows)} if ask.query.get("$count") == "true" else {}
    chosen = page(rows, ask.query, pbx.entity_top_limit)[: pbx.entity_top_limit]
    shown = selected(chosen, ask.query.get("$select"))
    return as_json({"@odata.context": f"$metadata#{name}", **counted, "value": shown})
