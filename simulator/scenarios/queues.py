"""Inbound calls through queues."""

from __future__ import annotations

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import ANNA, BEN, CALLER, DEV, DID, MENU, SALES, VOICEMAIL_MENU, voicemail
from trunkline.simulator.scenarios.queue_rows import gave_up, overflowed, waited
from trunkline.simulator.scenarios.rows import machine, rang, spoke
from trunkline.simulator.scenarios.story import ConsoleRow, Scenario

QUEUE = frozenset({"queue"})

SCENARIOS = (
    Scenario(
        "menu_queue_agent",
        "Menu, then queue, then an agent answers.",
        (
            machine(0, MENU, ring=0.02, talk=11.5, status="Redirected", reason="Redirected to {801}"),
            waited(11.6, SALES, music=51.4, went_to="{102}"),
            spoke(63.0, BEN, ring=17.75, talk=72.5),
        ),
        truths.answered(
            "+61870101201", wait=80.75, talk=72.5, by="102", legs=3, first="800", first_kind="ivr", queue="801"
        ),
        ConsoleRow(CALLER, BEN, True),
        truths.console_answered("+61870101201", by="102"),
        "+61870101201",
        DID,
        tags=QUEUE,
    ),
    Scenario(
        "queue_second_agent_answers",
        "The queue tries Anna in vain, then Ben answers.",
        (
            waited(0, SALES, music=22.0, went_to="{102}"),
            rang(1.0, ANNA, ring=15.0, reason="No answer", polling=True),
            spoke(22.0, BEN, ring=6.5, talk=140.25),
        ),
        truths.answered(
            "+61870101202", wait=28.5, talk=140.25, by="102", legs=3, first="801", first_kind="queue", queue="801"
        ),
        ConsoleRow(CALLER, BEN, True),
        truths.console_answered("+61870101202", by="102"),
        "+61870101202",
        DID,
        tags=QUEUE,
    ),
    Scenario(
        "queue_abandoned",
        "The caller gives up; one row, whose Answered is true because the queue itself picked up.",
        (gave_up(0, SALES, music=34.2),),
        truths.missed(
            "queue_abandoned", "+61870101203", wait=34.2, legs=1, first="801", first_kind="queue", queue="801"
        ),
        ConsoleRow(CALLER, SALES, False),
        truths.console_missed(
            "queue_abandoned", "+61870101203", wait=34.0, first="801", first_kind="queue", queue="801"
        ),
        "+61870101203",
        DID,
        tags=QUEUE,
    ),
    Scenario(
        "queue_abandoned_while_agents_rang",
        "The caller gives up while the queue tries one agent after the other.",
        (
            gave_up(0, SALES, music=48.0),
            rang(2.0, ANNA, ring=15.0, reason="No answer", polling=True),
            rang(18.0, BEN, ring=15.0, reason="No answer", polling=True),
        ),
        truths.missed(
            "queue_abandoned", "+61870101204", wait=48.0, legs=3, first="801", first_kind="queue", queue="801"
        ),
        ConsoleRow(CALLER, SALES, True),
        truths.console_missed(
            "queue_abandoned", "+61870101204", wait=48.0, first="801", first_kind="queue", queue="801"
        ),
        "+61870101204",
        DID,
        tags=QUEUE,
    ),
    Scenario(
        "menu_queue_abandoned",
        "Menu, then queue, then the caller gives up.",
        (
            machine(0, MENU, talk=9.5, status="Redirected", reason="Redirected to {801}"),
            gave_up(9.6, SALES, music=40.4),
        ),
        truths.missed("queue_abandoned", "+61870101205", wait=50.0, legs=2, first="800", first_kind="ivr", queue="801"),
        ConsoleRow(CALLER, SALES, False),
        truths.console_missed(
            "queue_abandoned", "+61870101205", wait=50.0, first="801", first_kind="queue", queue="801"
        ),
        "+61870101205",
        DID,
        tags=QUEUE,
    ),
    Scenario(
        "queue_overflow_to_voicemail",
        "Nobody answers in the queue, the call goes to Anna's voicemail box.",
        (
            overflowed(0, SALES, music=60.0, went_to="the voicemail box of 101"),
            rang(3.0, ANNA, ring=20.0, reason="No answer", polling=True),
            machine(60.1, voicemail(ANNA), talk=22.0),
        ),
        truths.missed("voicemail", "+61870101206", wait=82.1, legs=3, first="801", first_kind="queue", queue="801"),
        ConsoleRow(CALLER, VOICEMAIL_MENU, True),
        truths.console_missed("voicemail", "+61870101206", wait=82.0, first="999", first_kind="voicemail"),
        "+61870101206",
        DID,
        tags=QUEUE,
    ),
    Scenario(
        "queue_overflow_to_extension",
        "The queue gives up first and rings Dev, who does not answer: a phone rang after the queue.",
        (
            overflowed(0, SALES, music=45.0, went_to="{104}"),
            rang(45.1, DEV, ring=25.0),
        ),
        truths.missed("no_answer", "+61870101207", wait=70.1, legs=2, first="801", first_kind="queue", queue="801"),
        ConsoleRow(CALLER, DEV, False),
        truths.console_missed("no_answer", "+61870101207", wait=70.0, first="104"),
        "+61870101207",
        DID,
        tags=QUEUE,
    ),
)
