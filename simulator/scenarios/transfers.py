"""Inbound calls that more than one person, queue or park slot had."""

from __future__ import annotations

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import ANNA, BEN, CALLER, DID, PARK, SALES, SUPPORT
from trunkline.simulator.scenarios.queue_rows import gave_up, waited
from trunkline.simulator.scenarios.rows import machine, spoke
from trunkline.simulator.scenarios.story import STORED, ConsoleRow, Scenario

SCENARIOS = (
    Scenario(
        "blind_transfer",
        "Anna passes the caller to Ben; two recordings.",
        (
            spoke(0, ANNA, ring=8.0, talk=40.0),
            spoke(48.0, BEN, ring=5.0, talk=120.0, history=1),
        ),
        truths.answered(
            "+61870101011", wait=8.0, talk=160.0, by="101", legs=2, first="101", recordings=(STORED, STORED)
        ),
        ConsoleRow(CALLER, ANNA, True),
        truths.console_answered("+61870101011", by="101", recordings=(STORED, STORED)),
        "+61870101011",
        DID,
        tags=frozenset({"transfer"}),
    ),
    Scenario(
        "attended_transfer",
        "Ben is on the line before Anna leaves: their legs overlap, the talk is the union.",
        (
            spoke(0, ANNA, ring=6.0, talk=100.0),
            spoke(60.0, BEN, ring=4.0, talk=200.0, history=1),
        ),
        truths.answered(
            "+61870101012", wait=6.0, talk=258.0, by="101", legs=2, first="101", recordings=(STORED, STORED)
        ),
        ConsoleRow(CALLER, ANNA, True),
        truths.console_answered("+61870101012", by="101", recordings=(STORED, STORED)),
        "+61870101012",
        DID,
        tags=frozenset({"transfer"}),
    ),
    Scenario(
        "queue_ping_pong",
        "Anna answers from the queue and sends the caller back into it, where Ben answers.",
        (
            waited(0, SALES, music=10.0, went_to="{101}"),
            spoke(10.0, ANNA, ring=5.0, talk=30.0),
            waited(45.2, SALES, music=20.0, went_to="{102}"),
            spoke(65.2, BEN, ring=4.0, talk=80.0),
        ),
        truths.answered(
            "+61870101013",
            wait=15.0,
            talk=110.0,
            by="101",
            legs=4,
            first="801",
            first_kind="queue",
            queue="801",
            recordings=(STORED, STORED),
        ),
        ConsoleRow(CALLER, ANNA, True),
        truths.console_answered("+61870101013", by="101", recordings=(STORED, STORED)),
        "+61870101013",
        DID,
        tags=frozenset({"queue", "transfer"}),
    ),
    Scenario(
        "transferred_to_queue_that_was_abandoned",
        "Anna spoke to the caller, who then gives up in the support queue: still answered.",
        (
            spoke(0, ANNA, ring=7.0, talk=35.0),
            gave_up(42.1, SUPPORT, music=50.0),
        ),
        truths.answered("+61870101014", wait=7.0, talk=35.0, by="101", legs=2, first="101", queue="802"),
        ConsoleRow(CALLER, ANNA, True),
        truths.console_answered("+61870101014", by="101"),
        "+61870101014",
        DID,
        tags=frozenset({"queue", "transfer"}),
    ),
    Scenario(
        "parked_and_picked_up",
        "Anna parks the caller, Ben picks the call up: the time in the park slot is not talk.",
        (
            spoke(0, ANNA, ring=6.0, talk=20.0),
            machine(26.0, PARK, talk=15.0, status="Redirected", reason="Picked up by {102}"),
            spoke(41.0, BEN, ring=0.0, talk=50.0),
        ),
        truths.answered(
            "+61870101015", wait=6.0, talk=70.0, by="101", legs=3, first="101", recordings=(STORED, STORED)
        ),
        ConsoleRow(CALLER, ANNA, True),
        truths.console_answered("+61870101015", by="101", recordings=(STORED, STORED)),
        "+61870101015",
        DID,
        tags=frozenset({"transfer"}),
    ),
)
