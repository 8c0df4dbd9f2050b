"""Calls from the office to the outside, and between two phones of the office."""

from __future__ import annotations

from dataclasses import replace

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import ANNA, BEN, CALLER, CARLA
from trunkline.simulator.scenarios.rows import rang, spoke
from trunkline.simulator.scenarios.story import STORED, ConsoleRow, Leg, Scenario


def _out(leg: Leg) -> Leg:
    return replace(leg, direction="Outbound")


def _inside(leg: Leg) -> Leg:
    return replace(leg, direction="Internal")


SCENARIOS = (
    Scenario(
        "outbound_connected",
        "Anna rings a number outside and is answered.",
        (_out(spoke(0, CALLER, source=ANNA, ring=11.2, talk=80.0)),),
        truths.outbound("connected", "+61870101401", wait=11.2, talk=80.0, recordings=(STORED,)),
        ConsoleRow(ANNA, CALLER, True),
        truths.outbound("connected", "+61870101401", wait=None, talk=None, recordings=(STORED,)),
        "+61870101401",
        tags=frozenset({"outbound"}),
    ),
    Scenario(
        "outbound_not_connected",
        "Ben rings a number outside and nobody answers.",
        (_out(rang(0, CALLER, source=BEN, ring=25.0)),),
        truths.outbound("not_connected", "+61870101402", wait=25.0, talk=0.0),
        ConsoleRow(BEN, CALLER, False),
        truths.outbound("not_connected", "+61870101402", wait=25.0, talk=0.0),
        "+61870101402",
        tags=frozenset({"outbound"}),
    ),
    Scenario(
        "outbound_then_transferred_inside",
        "Anna rings out, then passes the conversation to Ben: one outbound call.",
        (
            _out(spoke(0, CALLER, source=ANNA, ring=10.0, talk=30.0)),
            _out(spoke(41.0, BEN, ring=3.0, talk=60.0, history=1)),
        ),
        truths.outbound("connected", "+61870101403", wait=10.0, talk=90.0, legs=2, recordings=(STORED, STORED)),
        ConsoleRow(ANNA, CALLER, True),
        truths.outbound("connected", "+61870101403", wait=None, talk=None, recordings=(STORED, STORED)),
        "+61870101403",
        tags=frozenset({"outbound", "transfer"}),
    ),
    Scenario(
        "outbound_national_number",
        "Carla dials a number without the country's code.",
        (_out(spoke(0, CALLER, source=CARLA, ring=7.5, talk=33.0)),),
        truths.outbound("connected", "+61870101404", wait=7.5, talk=33.0, recordings=(STORED,)),
        ConsoleRow(CARLA, CALLER, True),
        truths.outbound("connected", "+61870101404", wait=None, talk=None, recordings=(STORED,)),
        "+61870101404",
        number_style="national",
        tags=frozenset({"outbound"}),
    ),
    Scenario(
        "internal_answered",
        "Anna rings Ben.",
        (_inside(spoke(0, BEN, source=ANNA, ring=5.0, talk=45.0)),),
        truths.internal("102", first="102", wait=5.0, talk=45.0, recordings=(STORED,)),
        ConsoleRow(ANNA, BEN, True),
        truths.internal("102", first="102", wait=None, talk=None, recordings=(STORED,)),
        tags=frozenset({"internal"}),
    ),
    Scenario(
        "internal_not_answered",
        "Anna rings Carla, who is away.",
        (_inside(rang(0, CARLA, source=ANNA, ring=20.0)),),
        truths.internal(None, first="103", wait=20.0, talk=0.0),
        ConsoleRow(ANNA, CARLA, False),
        truths.internal(None, first="103", wait=20.0, talk=0.0),
        tags=frozenset({"internal"}),
    ),
)
