"""Inbound calls in which a person spoke to the caller."""

from __future__ import annotations

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import (
    ANNA,
    BEN,
    CALLER,
    CARLA,
    DID,
    OFFICE_GROUP,
    outside,
)
from trunkline.simulator.scenarios.rows import rang, redirected, spoke
from trunkline.simulator.scenarios.story import ConsoleRow, Scenario

SCENARIOS = (
    Scenario(
        "answered_direct",
        "One extension rings and is picked up.",
        (spoke(0, ANNA, ring=8.2, talk=95.4),),
        truths.answered("+61870101001", wait=8.2, talk=95.4, by="101", legs=1, first="101"),
        ConsoleRow(CALLER, ANNA, True),
        truths.console_answered("+61870101001", by="101"),
        "+61870101001",
        DID,
    ),
    Scenario(
        "answered_too_short_to_judge",
        "A person answers, the caller hangs up within three seconds: answered, nothing is expected to be recorded.",
        (spoke(0, BEN, ring=6.0, talk=2.1, recorded=False),),
        truths.answered("+61870101002", wait=6.0, talk=2.1, by="102", legs=1, first="102", recordings=(), listed=False),
        None,
        None,
        "+61870101002",
        DID,
    ),
    Scenario(
        "answered_ring_group",
        "A ring group rings three phones; one wins, the others stop ringing. Not three calls, not two missed ones.",
        (
            redirected(0, OFFICE_GROUP, ring=0.0, reason="Redirected to all members"),
            rang(0.05, ANNA, ring=11.5, reason="Completed elsewhere"),
            spoke(0.05, BEN, ring=11.5, talk=62.0),
            rang(0.05, CARLA, ring=11.5, reason="Completed elsewhere"),
        ),
        truths.answered("+61870101003", wait=11.55, talk=62.0, by="102", legs=4, first="600", first_kind="ring_group"),
        ConsoleRow(CALLER, BEN, True),
        truths.console_answered("+61870101003", by="102"),
        "+61870101003",
        DID,
    ),
    Scenario(
        "answered_all_phones_ring",
        "The same without a row for the group itself: two extension rows that start together.",
        (rang(0, ANNA, ring=7.0, reason="Completed elsewhere"), spoke(0, BEN, ring=7.0, talk=41.5)),
        truths.answered("+61870101004", wait=7.0, talk=41.5, by="102", legs=2, first="101"),
        ConsoleRow(CALLER, BEN, True),
        truths.console_answered("+61870101004", by="102"),
        "+61870101004",
        DID,
    ),
    Scenario(
        "forwarded_to_mobile_answered",
        "The extension forwards to a mobile, and there somebody answers: answered, by an outside number.",
        (
            redirected(0, CARLA, ring=18.0, reason="Forwarded: no answer"),
            spoke(18.1, outside("+61491570156"), ring=9.0, talk=44.0),
        ),
        truths.answered(
            "+61870101005", wait=27.1, talk=44.0, by="+61491570156", by_kind="external", legs=2, first="103"
        ),
        ConsoleRow(CALLER, CARLA, True),
        truths.console_answered("+61870101005", by="103", did=DID),
        "+61870101005",
        DID,
    ),
)
