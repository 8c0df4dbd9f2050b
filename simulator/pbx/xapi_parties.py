"""The two ends of a leg as the XAPI shows them (v20 reference §3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trunkline.simulator.pbx.directory import DN_TYPES
from trunkline.simulator.pbx.numbers import shown_number
from trunkline.simulator.scenarios.place import PlacedCall
from trunkline.simulator.scenarios.story import Party

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx


def party_fields(side: str, pbx: SimulatedPbx, call: PlacedCall, party: Party) -> dict[str, Any]:
    """`SourceDn`, `DestinationType` and the rest of one end."""
    return {
        f"{side}Type": DN_TYPES[party.kind],
        f"{side}Dn": party.dn,
        f"{side}CallerId": number_of(pbx, call, party),
        f"{side}DisplayName": shown_name(pbx, call, party),
    }


def number_of(pbx: SimulatedPbx, call: PlacedCall, party: Party) -> str | None:
    """What stands in `…CallerId`: a number, `Ext.101`, or how a withheld one is shown."""
    if party.kind == "extension":
        return f"Ext.{party.dn}"
    if party.kind != "external":
        return party.dn
    if party.number is None:
        return call.scenario.withheld_as
    return outside_number(pbx, call, party.number)


def outside_number(pbx: SimulatedPbx, call: PlacedCall, number: str) -> str:
    """The number as this call's trunk writes it; only the caller's own comes in odd forms."""
    if number != call.caller:
        return number
    own = call.scenario.number_style
    return shown_number(number, pbx.quirks.number_style if own == "e164" else own, pbx.region)


def shown_name(pbx: SimulatedPbx, call: PlacedCall, party: Party) -> str | None:
    """The display name; an outside party without one is shown by its number."""
    if party.kind == "external" and party.name is None:
        return number_of(pbx, call, party)
    return pbx.directory.name_of(party)
