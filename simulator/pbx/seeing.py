"""What a login sees that is bound to a department: its people, and what touches them (v20 reference §2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trunkline.simulator.pbx.directory import Extension
from trunkline.simulator.scenarios.place import PlacedCall

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx


def sees(pbx: SimulatedPbx, call: PlacedCall) -> bool:
    """Whether the login sees a call: one that any of its people was rung by, made or had a part in."""
    seen = pbx.rights.extensions
    if seen is None:
        return True
    return any(party.dn in seen for leg in call.legs for party in (leg.story.source, leg.story.destination))


def sees_number(pbx: SimulatedPbx, number: str) -> bool:
    """Whether the login sees a number in a list: all but those of other departments' people."""
    seen = pbx.rights.extensions
    return seen is None or number in seen or all(one.number != number for one in pbx.directory.extensions)


def seen_people(pbx: SimulatedPbx) -> list[tuple[int, Extension]]:
    """The people whom the login sees, each with the place in the whole directory: ids do not depend on who looks."""
    return [(place, one) for place, one in enumerate(pbx.directory.extensions) if sees_number(pbx, one.number)]
