"""Callers whose number is withheld, or comes in one of the forms that trunks deliver (v20 reference §8.10, §8.11)."""

from __future__ import annotations

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import ANNA, BEN, CALLER, DID
from trunkline.simulator.scenarios.rows import rang, spoke
from trunkline.simulator.scenarios.story import ConsoleRow, NumberStyle, Scenario


def _withheld(name: str, withheld_as: str | None) -> Scenario:
    return Scenario(
        name,
        f"No number is shown; the row says {withheld_as!r}.",
        (rang(0, ANNA, ring=19.0),),
        truths.missed("no_answer", None, wait=19.0, legs=1, first="101"),
        ConsoleRow(CALLER, ANNA, False),
        truths.console_missed("no_answer", None, wait=19.0, first="101"),
        None,
        DID,
        withheld_as=withheld_as,
    )


def _missed(name: str, number: str, style: NumberStyle) -> Scenario:
    return Scenario(
        name,
        "A missed call whose number is written in this form.",
        (rang(0, BEN, ring=17.0),),
        truths.missed("no_answer", number, wait=17.0, legs=1, first="102"),
        ConsoleRow(CALLER, BEN, False),
        truths.console_missed("no_answer", number, wait=17.0, first="102"),
        number,
        DID,
        number_style=style,
    )


SCENARIOS = (
    _withheld("withheld_absent", None),
    _withheld("withheld_anonymous", "anonymous"),
    _withheld("withheld_anonymous_capital", "Anonymous"),
    _missed("number_plus", "+61491570006", "e164"),
    _missed("number_national", "+61491570157", "national"),
    _missed("number_idd", "+61491570158", "idd"),
    _missed("number_without_plus", "+61491570159", "no_plus"),
    Scenario(
        "number_national_answered",
        "Answered and recorded, the number without the country's code.",
        (spoke(0, BEN, ring=6.0, talk=50.0),),
        truths.answered("+61491570110", wait=6.0, talk=50.0, by="102", legs=1, first="102"),
        ConsoleRow(CALLER, BEN, True),
        truths.console_answered("+61491570110", by="102"),
        "+61491570110",
        DID,
        number_style="national",
    ),
)
