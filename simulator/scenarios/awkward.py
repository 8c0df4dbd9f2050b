"""Ordinary calls in awkward clothes: names, durations, times."""

from __future__ import annotations

from dataclasses import replace

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import ANNA, BEN, CALLER, DID, SALES, caller
from trunkline.simulator.scenarios.queue_rows import waited
from trunkline.simulator.scenarios.rows import rang, spoke
from trunkline.simulator.scenarios.story import ConsoleRow, Scenario


def _named(name: str, about: str, number: str, shown: str, known_as: str) -> Scenario:
    """A missed call from somebody with such a display name."""
    who = caller(shown)
    return Scenario(
        name,
        about,
        (rang(0, ANNA, ring=16.0, source=who),),
        truths.missed("no_answer", number, wait=16.0, legs=1, first="101", name=known_as),
        ConsoleRow(who, ANNA, False),
        truths.console_missed("no_answer", number, wait=16.0, first="101", name=known_as),
        number,
        DID,
    )


NAMES = (
    _named(
        "name_with_prefixes",
        "The PBX puts the names of queue and group before the caller's.",
        "+61870101601",
        "Sales:Front office:Jo Bloggs",
        "Jo Bloggs",
    ),
    _named("name_with_comma", "Last name first.", "+61870101602", "Muster, Bea", "Muster, Bea"),
    _named("name_with_newline", "A line break inside.", "+61870101603", "Jo\r\nBloggs", "Jo Bloggs"),
    _named("name_with_emoji", "Beyond the basic plane.", "+61870101604", "Zoë 🦘 Żak", "Zoë 🦘 Żak"),
    _named(
        "name_with_markup",
        "A caller who tries his luck with our reports.",
        "+61870101605",
        "<script>alert(1)</script>",
        "<script>alert(1)</script>",
    ),
    _named("name_with_formula", "And with our workbooks.", "+61870101606", "=1+1&A1", "=1+1&A1"),
)

SCENARIOS = (
    *NAMES,
    Scenario(
        "duration_with_days",
        "Durations in the long form, P0DT1H2M3.5S.",
        (replace(spoke(0, BEN, ring=5.5, talk=3723.5), duration_style="days"),),
        truths.answered("+61870101611", wait=5.5, talk=3723.5, by="102", legs=1, first="102"),
        ConsoleRow(CALLER, BEN, True),
        truths.console_answered("+61870101611", by="102"),
        "+61870101611",
        DID,
    ),
    Scenario(
        "duration_with_seven_digits",
        "Durations with seven digits of fraction.",
        (replace(spoke(0, BEN, ring=4.25, talk=61.125), duration_style="seven_digits"),),
        truths.answered("+61870101612", wait=4.25, talk=61.125, by="102", legs=1, first="102"),
        ConsoleRow(CALLER, BEN, True),
        truths.console_answered("+61870101612", by="102"),
        "+61870101612",
        DID,
    ),
    Scenario(
        "duration_left_out",
        "The talk of nobody is left out of the row.",
        (replace(rang(0, BEN, ring=22.0), omits=("TalkingDuration",)),),
        truths.missed("no_answer", "+61870101613", wait=22.0, legs=1, first="102"),
        ConsoleRow(CALLER, BEN, False),
        truths.console_missed("no_answer", "+61870101613", wait=22.0, first="102"),
        "+61870101613",
        DID,
    ),
    Scenario(
        "row_without_start_time",
        "The time must be taken from the CdrId.",
        (replace(spoke(0, ANNA, ring=6.0, talk=30.0), has_start_time=False),),
        truths.answered("+61870101614", wait=6.0, talk=30.0, by="101", legs=1, first="101"),
        ConsoleRow(CALLER, ANNA, True),
        truths.console_answered("+61870101614", by="101"),
        "+61870101614",
        DID,
    ),
    Scenario(
        "unknown_direction",
        "A text for the direction that no document names.",
        (replace(rang(0, ANNA, ring=13.0), direction="Inbound Something"),),
        truths.missed("no_answer", "+61870101615", wait=13.0, legs=1, first="101"),
        ConsoleRow(CALLER, ANNA, False),
        truths.console_missed("no_answer", "+61870101615", wait=13.0, first="101"),
        "+61870101615",
        DID,
    ),
    Scenario(
        "long_call_over_midnight",
        "Three hours and twenty minutes across midnight UTC: it appears long after it began.",
        (spoke(0, BEN, ring=5.0, talk=12000.0),),
        truths.answered("+61870101616", wait=5.0, talk=12000.0, by="102", legs=1, first="102"),
        ConsoleRow(CALLER, BEN, True),
        truths.console_answered("+61870101616", by="102"),
        "+61870101616",
        DID,
        placement="before_utc_midnight",
    ),
    Scenario(
        "legs_on_both_sides_of_midnight",
        "The queue row lies before midnight UTC, the agent's row after it.",
        (
            waited(0, SALES, music=40.0, went_to="{101}"),
            spoke(40.0, ANNA, ring=5.0, talk=90.0),
        ),
        truths.answered(
            "+61870101617", wait=45.0, talk=90.0, by="101", legs=2, first="801", first_kind="queue", queue="801"
        ),
        ConsoleRow(CALLER, ANNA, True),
        truths.console_answered("+61870101617", by="101"),
        "+61870101617",
        DID,
        placement="before_utc_midnight",
        tags=frozenset({"queue"}),
    ),
)
