"""The scenarios themselves: complete, distinct, and without a slip of the pen."""

from __future__ import annotations

import datetime as dt

import phonenumbers
import pytest

from trunkline.simulator.scenarios import GROUPS, SCENARIOS
from trunkline.simulator.scenarios.cast import DID
from trunkline.simulator.scenarios.place import guid, place, time_of
from trunkline.simulator.scenarios.story import Scenario, Truth

START = dt.datetime(2026, 9, 14, 23, 30, 0, 250000, tzinfo=dt.UTC)
REASONS = {
    "voicemail",
    "queue_abandoned",
    "no_answer",
    "ivr_abandoned",
    "not_offered",
    "busy",
    "rejected",
    "unclassified",
}
CAUSES = {"purged", "damaged", "archived", "not_recorded", "policy"}

every = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda one: one.name)


def truths(scenario: Scenario) -> list[Truth]:
    return [one for one in (scenario.truth, scenario.console) if one is not None]


def test_names_and_callers_are_distinct() -> None:
    assert len(SCENARIOS) == sum(len(group.SCENARIOS) for group in GROUPS)
    callers = [one.caller for one in SCENARIOS.values() if one.caller]
    assert len(callers) == len(set(callers))


def test_every_reason_every_cause_and_every_kind_of_recording_occurs() -> None:
    found = [one.truth for one in SCENARIOS.values()]
    assert {one.miss_reason for one in found} - {None} == REASONS
    assert {cause for one in found for _, cause in one.recordings} - {None} == CAUSES
    fates = {rec.fate for one in SCENARIOS.values() for leg in one.legs for rec in leg.recordings}
    assert fates == {
        "kept",
        "late",
        "purged",
        "html_body",
        "zero_bytes",
        "truncated",
        "archived",
        "unlisted",
    }


@every
def test_the_number_is_a_valid_one(scenario: Scenario) -> None:
    numbers = [scenario.caller, scenario.did, *(party.number for leg in scenario.legs for party in (leg.destination,))]
    for number in numbers:
        if number and number.startswith("+"):
            assert phonenumbers.is_valid_number(phonenumbers.parse(number))


@every
def test_the_truth_is_complete(scenario: Scenario) -> None:
    truth = scenario.truth
    inbound, missed = truth.direction == "inbound", truth.outcome == "missed"
    assert truth.leg_count == len(scenario.legs)
    assert (truth.miss_reason is not None) == missed
    assert truth.did == (DID if inbound else None)
    assert truth.external_number == scenario.caller
    assert (truth.answered_by is None) == (truth.answered_by_kind is None)
    assert (truth.first_destination is None) == (truth.first_destination_kind is None)
    assert truth.wait_seconds is not None
    assert truth.talk_seconds is not None
    if missed:
        assert truth.talk_seconds == 0.0
        assert truth.recordings == ()


@every
def test_whoever_was_missed_waited_until_the_end(scenario: Scenario) -> None:
    call = place(scenario, START)
    whole_seconds = (call.ended_at - call.started_at).total_seconds()
    if scenario.truth.outcome in ("missed", "not_connected"):
        assert scenario.truth.wait_seconds == pytest.approx(whole_seconds, abs=1e-6)
    if scenario.console and scenario.console.outcome == "missed":
        assert scenario.console.wait_seconds == int(whole_seconds)


@every
def test_the_console_knows_less(scenario: Scenario) -> None:
    console = scenario.console
    assert (console is None) == (scenario.console_row is None)
    if console is None:
        return
    assert console.leg_count == 1
    assert console.outcome == scenario.truth.outcome
    assert console.external_number == scenario.truth.external_number
    listed = any(rec.fate != "unlisted" for leg in scenario.legs for rec in leg.recordings)
    assert console.did == (DID if listed and console.direction == "inbound" else None)
    if console.outcome in ("answered", "connected"):
        assert (console.wait_seconds, console.talk_seconds) == (None, None)


@every
def test_a_did_is_listed_with_a_recording_that_is(scenario: Scenario) -> None:
    fates = {rec.fate for leg in scenario.legs for rec in leg.recordings}
    listed = bool(fates - {"unlisted", "purged"})
    assert scenario.truth.did_is_listed == (listed and scenario.truth.direction == "inbound")


def test_ids_are_windows_times() -> None:
    assert guid(dt.datetime(2026, 9, 13, 18, 10, 24, 521000, tzinfo=dt.UTC), 0xC5).endswith("000000c5")
    assert time_of("00000000-01dd-43ab-25e4-c243000000c5") == dt.datetime(2026, 9, 13, 18, 10, 24, 520045, dt.UTC)
    assert time_of(guid(START, 7)) == START


def test_another_caller_another_agent_another_pace() -> None:
    call = place(
        SCENARIOS["queue_second_agent_answers"],
        START,
        "+61855500001",
        "+61870100200",
        caller_name="Jo Bloggs",
        stand_ins={"101": "106", "102": "103"},
        pace=2.0,
    )
    truth = call.truth
    assert (truth.external_number, truth.external_name, truth.did) == ("+61855500001", "Jo Bloggs", "+61870100200")
    assert (truth.answered_by, truth.queue, truth.wait_seconds, truth.talk_seconds) == ("103", "801", 57.0, 280.5)
    assert [leg.story.destination.dn for leg in call.legs] == ["801", "106", "103"]
    assert call.recordings[0].story.seconds == 280.5


def test_the_same_call_placed_twice_is_the_same() -> None:
    one, two = (place(SCENARIOS["blind_transfer"], START) for _ in range(2))
    assert one == two
    ids = [leg.cdr_id for leg in one.legs]
    assert len(set(ids)) == 2
    assert len({leg.history_id for leg in one.legs}) == 2
    assert [rec.recording_id for rec in one.recordings] == sorted({rec.recording_id for rec in one.recordings})
