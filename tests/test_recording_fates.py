from __future__ import annotations

import datetime as dt

import pytest

from trunkline.audio import Audio
from trunkline.recordings import Attempt, Fate, fate, unanswered

OLD, YOUNG = dt.timedelta(days=3), dt.timedelta(minutes=59)
SOUND, HTML = Audio("audio/wav", 12.5), Audio(damage="HTML instead of audio")
GONE = Attempt(400, "WARNINGS.XAPI.FILE_NOT_FOUND")


def judged(
    attempt: Attempt,
    age: dt.timedelta = OLD,
    attempts: int = 1,
    auto_delete_days: int | None = None,
    is_archived: bool = False,
) -> Fate:
    return fate(attempt, age=age, attempts=attempts, auto_delete_days=auto_delete_days, is_archived=is_archived)


@pytest.mark.parametrize("age", [YOUNG, OLD])
def test_a_whole_file_is_stored(age: dt.timedelta) -> None:
    assert judged(Attempt(200, audio=SOUND), age) == Fate("stored")


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("age", [YOUNG, OLD])
def test_a_refusal_is_a_missing_right_however_young_the_call(status: int, age: dt.timedelta) -> None:
    assert judged(Attempt(status), age) == Fate("missing", "access", {"status": status})


def test_a_damaged_file_says_how() -> None:
    assert judged(Attempt(200, audio=HTML)) == Fate(
        "missing", "damaged", {"status": 200, "damage": "HTML instead of audio"}
    )


@pytest.mark.parametrize("attempt", [GONE, Attempt(302), Attempt(404), Attempt(200, audio=HTML), Attempt(500)])
def test_nothing_is_missing_in_the_first_hour(attempt: Attempt) -> None:
    outcome = judged(attempt, YOUNG, auto_delete_days=0, is_archived=True)
    assert (outcome.state, outcome.cause) == ("pending", None)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_pbx_has_not_looked_however_often(status: int) -> None:
    outcome = judged(Attempt(status), attempts=50)
    assert outcome == Fate("missing", "unreachable", {"status": status})


def test_a_lost_connection_is_no_missing_recording() -> None:
    said = {"said": "no answer in time"}
    assert unanswered(said["said"], age=YOUNG, is_archived=False) == Fate("pending", None, said)
    old = unanswered(said["said"], age=OLD, is_archived=True)
    assert old == Fate("missing", "unreachable", {**said, "archived": True})


@pytest.mark.parametrize("attempt", [GONE, Attempt(302)])
def test_a_file_that_the_pbx_says_is_gone_was_purged(attempt: Attempt) -> None:
    outcome = judged(attempt, auto_delete_days=30)
    assert (outcome.state, outcome.cause) == ("missing", "purged")
    assert outcome.evidence["auto_delete_days"] == 30


def test_retention_explains_an_address_that_is_not_there() -> None:
    assert judged(Attempt(404), auto_delete_days=2).cause == "purged"
    assert judged(Attempt(404), auto_delete_days=4).cause == "build"
    assert judged(Attempt(404)).cause == "build"


def test_an_archived_file_is_elsewhere() -> None:
    outcome = judged(GONE, auto_delete_days=1, is_archived=True)
    assert (outcome.cause, outcome.evidence["archived"]) == ("archived", True)


def test_a_server_error_is_tried_again_and_at_last_the_builds() -> None:
    states = [judged(Attempt(500), attempts=attempts).state for attempts in range(1, 7)]
    assert states == ["pending"] * 4 + ["missing"] * 2
    assert judged(Attempt(500), attempts=5).cause == "build"


def test_the_evidence_keeps_the_pbxs_own_words() -> None:
    assert judged(GONE).evidence["said"] == "WARNINGS.XAPI.FILE_NOT_FOUND"
