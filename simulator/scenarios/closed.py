"""Inbound calls that only machines had: menus, closed messages, a fax."""

from __future__ import annotations

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import ANNA, CALLER, CLOSED_MENU, DID, FAX, MENU, ROUTING
from trunkline.simulator.scenarios.rows import ended, machine, redirected
from trunkline.simulator.scenarios.story import ConsoleRow, Scenario

CLOSED = frozenset({"closed"})

SCENARIOS = (
    Scenario(
        "closed_message",
        "A menu says that the office is closed, and the route ends the call: nobody's phone could ring.",
        (
            machine(0, CLOSED_MENU, talk=14.2, status="Redirected", reason="Redirected to EndCall"),
            ended(14.3),
        ),
        truths.missed("not_offered", "+61870101301", wait=14.3, legs=2, first="810", first_kind="ivr"),
        ConsoleRow(CALLER, CLOSED_MENU, True),
        truths.console_missed("ivr_abandoned", "+61870101301", wait=14.0, first="810", first_kind="ivr"),
        "+61870101301",
        DID,
        tags=CLOSED,
    ),
    Scenario(
        "closed_by_script",
        "A routing script ends the call.",
        (
            machine(0, ROUTING, talk=3.2, status="Redirected", reason="Redirected to EndCall"),
            ended(3.2),
        ),
        truths.missed("not_offered", "+61870101302", wait=3.2, legs=2, first=None, first_kind=None),
        None,
        None,
        "+61870101302",
        DID,
        tags=CLOSED,
    ),
    Scenario(
        "closed_at_once",
        "The inbound rule ends the call without a word.",
        (ended(0),),
        truths.missed("not_offered", "+61870101303", wait=0.0, legs=1, first=None, first_kind=None),
        None,
        None,
        "+61870101303",
        DID,
        tags=CLOSED,
    ),
    Scenario(
        "menu_hang_up",
        "The caller hangs up in the menu.",
        (machine(0, MENU, ring=0.02, talk=7.7),),
        truths.missed("ivr_abandoned", "+61870101304", wait=7.72, legs=1, first="800", first_kind="ivr"),
        ConsoleRow(CALLER, MENU, True),
        truths.console_missed("ivr_abandoned", "+61870101304", wait=7.0, first="800", first_kind="ivr"),
        "+61870101304",
        DID,
    ),
    Scenario(
        "rang_then_closed_message",
        "Anna's phone rings in vain, then a message and the end: a phone rang.",
        (
            redirected(0, ANNA, ring=20.0),
            machine(20.1, CLOSED_MENU, talk=10.0, status="Redirected", reason="Redirected to EndCall"),
            ended(30.2),
        ),
        truths.missed("no_answer", "+61870101305", wait=30.2, legs=3, first="101"),
        ConsoleRow(CALLER, CLOSED_MENU, True),
        truths.console_missed("ivr_abandoned", "+61870101305", wait=30.0, first="810", first_kind="ivr"),
        "+61870101305",
        DID,
    ),
    Scenario(
        "fax_picked_up",
        "A fax machine answers: neither a person nor any of the known reasons.",
        (machine(0, FAX, ring=0.5, talk=40.0),),
        truths.missed("unclassified", "+61870101306", wait=40.5, legs=1, first="888", first_kind="fax"),
        ConsoleRow(CALLER, FAX, True),
        truths.console_missed("unclassified", "+61870101306", wait=40.0, first="888", first_kind="fax"),
        "+61870101306",
        DID,
    ),
)
