"""What a PBX is about to delete, and what is said of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from trunkline.models import Problem
from trunkline.reports.risks import problem
from trunkline.store.at_risk import at_risk
from trunkline.store.lake import Lake

NOW = dt.datetime(2026, 9, 15, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def said(lake: Lake) -> Callable[[], list[Problem]]:
    def said() -> list[Problem]:
        with lake.read() as connection:
            return [problem(one) for one in at_risk(connection, ["pbx"], NOW, "Australia/Adelaide")]

    return said


@pytest.fixture
def recording(put: Callable[..., None]) -> Callable[..., None]:
    """One of a PBX that keeps recordings 30 days, so many days old."""
    put("pbxs", pbx_id="pbx", auto_delete_days=30)

    def recording(days_old: float, state: str = "pending", native: str = "7", **more: Any) -> None:
        begun = NOW - days_old * DAY
        key = {"recording_id": f"pbx:{native}:{days_old}", "native_id": native, "pbx_id": "pbx", "started_at": begun}
        put("recordings", **key, state=state, **more)

    return recording


@pytest.mark.parametrize(
    ("days_old", "more", "is_said"),
    [
        (22.9, {}, False),  # deleted in more than 7 days
        (23.1, {}, True),
        (29.9, {}, True),
        (30.1, {}, False),  # gone already
        (25, {"state": "stored"}, False),
        (25, {"state": "missing", "cause": "access"}, True),
        (25, {"state": "missing", "cause": "unreachable"}, True),
        (25, {"state": "missing", "cause": "build"}, True),
        (25, {"state": "missing", "cause": "damaged"}, False),  # the PBX has nothing worth keeping
        (25, {"state": "missing", "cause": "purged"}, False),
        (25, {"native": None, "state": "missing", "cause": "not_recorded"}, False),
    ],
)
def test_what_is_about_to_be_lost(
    days_old: float, more: dict[str, Any], is_said: bool, recording: Callable[..., None], said: Callable[..., Any]
) -> None:
    recording(days_old, **more)
    assert bool(said()) is is_said


def test_the_words_name_the_first_day_in_the_accounts_zone_and_the_step(
    recording: Callable[..., None], said: Callable[[], list[Problem]]
) -> None:
    recording(25)  # deleted on 20 September 12:00 UTC
    recording(29)
    recording(26, state="missing", cause="access")
    refused, waits = said()
    assert waits.message == (
        "will delete 2 recordings that are not stored yet, the first on Wed 16 Sept: they wait to be fetched"
    )
    assert waits.mend == "run trunkline recordings --pbx pbx now"
    assert refused.message.startswith("will delete 1 recording that is not stored yet, the first on Sat 19 Sept")
    assert "Recording Manager" in refused.mend
    assert waits.is_risk and refused.is_risk


@pytest.mark.parametrize(
    ("used", "says"),
    [
        ([500, 600, 700], "its room for recordings is full about Fri 18 Sept"),  # 100 a day, 300 left
        ([500, 510, 520], None),  # 48 days
        ([700, 600, 500], None),  # it empties
        ([900, 1000, 1000], None),  # it is full: recording has stopped, which the probe says
        ([None, None, 990], None),  # one day tells no pace
    ],
)
def test_when_its_room_is_full(
    used: list[float | None], says: str | None, put: Callable[..., None], said: Callable[[], list[Problem]]
) -> None:
    for back, megabytes in zip((2, 1, 0), used, strict=True):
        settings = json.dumps({"quota_megabytes": 1000, "used_megabytes": megabytes})
        put("pbx_settings", pbx_id="pbx", dn="pbx", kind="pbx", day=(NOW - back * DAY).date(), settings=settings)
    found = said()
    assert [one.message.partition(":")[0] for one in found] == ([says] if says else [])
