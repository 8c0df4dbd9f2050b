"""Inbound calls that rang and were not answered by a person."""

from __future__ import annotations

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import (
    ANNA,
    BEN,
    CALLER,
    CARLA,
    DID,
    OFFICE_GROUP,
    VOICEMAIL_MENU,
    outside,
    voicemail,
)
from trunkline.simulator.scenarios.rows import machine, rang, redirected
from trunkline.simulator.scenarios.story import ConsoleRow, Scenario

SCENARIOS = (
    Scenario(
        "rang_out",
        "The phone rings, the caller hangs up.",
        (rang(0, ANNA, ring=24.6),),
        truths.missed("no_answer", "+61870101101", wait=24.6, legs=1, first="101"),
        ConsoleRow(CALLER, ANNA, False),
        truths.console_missed("no_answer", "+61870101101", wait=24.0, first="101"),
        "+61870101101",
        DID,
    ),
    Scenario(
        "short_abandon",
        "The caller hangs up after four seconds.",
        (rang(0, BEN, ring=4.3),),
        truths.missed("no_answer", "+61870101102", wait=4.3, legs=1, first="102"),
        ConsoleRow(CALLER, BEN, False),
        truths.console_missed("no_answer", "+61870101102", wait=4.0, first="102"),
        "+61870101102",
        DID,
    ),
    Scenario(
        "ring_group_nobody",
        "Three phones of a ring group ring and nobody answers: one missed call.",
        (
            redirected(0, OFFICE_GROUP, ring=30.0, reason="No answer"),
            rang(0.05, ANNA, ring=30.0),
            rang(0.05, BEN, ring=30.0),
            rang(0.05, CARLA, ring=30.0),
        ),
        truths.missed("no_answer", "+61870101103", wait=30.05, legs=4, first="600", first_kind="ring_group"),
        ConsoleRow(CALLER, OFFICE_GROUP, False),
        truths.console_missed("no_answer", "+61870101103", wait=30.0, first="600", first_kind="ring_group"),
        "+61870101103",
        DID,
    ),
    Scenario(
        "busy",
        "The extension is engaged and nothing rings.",
        (rang(0, BEN, ring=0.0, reason="{102} is busy"),),
        truths.missed("busy", "+61870101104", wait=0.0, legs=1, first="102"),
        ConsoleRow(CALLER, BEN, False),
        truths.console_missed("no_answer", "+61870101104", wait=0.0, first="102"),
        "+61870101104",
        DID,
    ),
    Scenario(
        "rejected",
        "Ben declines the call at once.",
        (rang(0, BEN, ring=0.0, reason="Call declined by {102}"),),
        truths.missed("rejected", "+61870101105", wait=0.0, legs=1, first="102"),
        ConsoleRow(CALLER, BEN, False),
        truths.console_missed("no_answer", "+61870101105", wait=0.0, first="102"),
        "+61870101105",
        DID,
    ),
    Scenario(
        "voicemail",
        "Anna's phone rings, then her voicemail box picks up: a machine, so the call is missed.",
        (
            redirected(0, ANNA, ring=20.0, reason="Forwarded to voicemail"),
            machine(20.1, voicemail(ANNA), talk=33.4),
        ),
        truths.missed("voicemail", "+61870101106", wait=53.5, legs=2, first="101"),
        ConsoleRow(CALLER, VOICEMAIL_MENU, True),
        truths.console_missed("voicemail", "+61870101106", wait=53.0, first="999", first_kind="voicemail"),
        "+61870101106",
        DID,
    ),
    Scenario(
        "voicemail_at_once",
        "Out of hours the number leads straight into a voicemail box.",
        (machine(0, voicemail(ANNA), talk=28.0),),
        truths.missed("voicemail", "+61870101107", wait=28.0, legs=1, first="101", first_kind="voicemail"),
        ConsoleRow(CALLER, VOICEMAIL_MENU, True),
        truths.console_missed("voicemail", "+61870101107", wait=28.0, first="999", first_kind="voicemail"),
        "+61870101107",
        DID,
        tags=frozenset({"closed"}),
    ),
    Scenario(
        "forwarded_to_mobile_not_answered",
        "Forwarded to a mobile that nobody picks up.",
        (
            redirected(0, CARLA, ring=15.0, reason="Forwarded: no answer"),
            rang(15.1, outside("+61491570156"), ring=20.0),
        ),
        truths.missed("no_answer", "+61870101108", wait=35.1, legs=2, first="103"),
        ConsoleRow(CALLER, CARLA, False),
        truths.console_missed("no_answer", "+61870101108", wait=35.0, first="103"),
        "+61870101108",
        DID,
    ),
)
