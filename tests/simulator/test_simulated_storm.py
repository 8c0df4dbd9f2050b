"""Storms: random faults that are the same whatever the order of requests."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from trunkline.simulator.pbx.by_hand import call_log_path
from trunkline.simulator.pbx.faults import Faults
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.pbx.storm import ALL, IN_DATA, Storm

Connect = Callable[[SimulatedPbx], httpx.Client]

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
STATUS = "/xapi/v1/SystemStatus"
SIGN_INS = ("/connect/token", "/api/login", "/api/Token")
LOGS = (call_log_path(NOW - DAY, NOW), "/api/CallLog?startRow=0")


def story(storm: Storm, paths: list[str]) -> list[tuple[str, str]]:
    return sorted((path, repr(storm.fault(path, "acme-main"))) for path in paths)


def test_the_order_of_requests_does_not_matter() -> None:
    paths = [f"/xapi/v1/Users?$skip={page}" for page in range(40)] * 5
    forward, backward = story(Storm(7), paths), story(Storm(7), paths[::-1])
    assert forward == backward
    assert forward != story(Storm(8), paths)
    assert forward != story(Storm(7, salt="another"), paths)


def test_requests_at_once_get_the_same_faults() -> None:
    alone, shared = Storm(3), Storm(3)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.extend(repr(shared.fault(STATUS)) for _ in range(50))) for _ in range(4)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Counter(found) == Counter(repr(alone.fault(STATUS)) for _ in range(200))


def test_a_share_of_requests_meets_a_fault_of_every_kind() -> None:
    storm = Storm(20, share=0.4)
    found = [storm.fault(LOGS[0]) for _ in range(4000)]
    hit = [one for one in found if one is not None]
    assert len(hit) / len(found) == pytest.approx(0.4, abs=0.03)
    shapes = {(one.status, one.kind, one.cut, one.signs_out, one.drop, str(one.headers), bool(one.body)) for one in hit}
    assert len(shapes) == len(ALL)
    assert all(one.delay_seconds <= 0.05 for one in hit)
    assert Storm(20, share=0.0).fault(STATUS) is None


@pytest.mark.parametrize("path", SIGN_INS)
def test_a_sign_in_meets_only_what_passes(path: str) -> None:
    storm = Storm(5, share=1.0)
    hit = [one for one in (storm.fault(path) for _ in range(500)) if one is not None]
    assert {one.status for one in hit} == {429, 502, 503, 504, 200, None}
    assert {one.status for one in hit if one.drop} == {200}
    assert {one.body for one in hit if one.status == 200} == {"{}"}
    assert not any(one.cut or one.signs_out or one.kind != "answer" for one in hit)
    assert Storm(5, 1.0, ("page", "signed_out")).fault(path) is None


def test_lies_are_told_of_calls_alone() -> None:
    storm = Storm(5, 1.0, tuple(IN_DATA))
    assert storm.fault(STATUS) is None
    assert storm.fault("/api/RecordingList?start=0") is None
    kinds = [{storm.fault(path).kind for _ in range(50)} for path in LOGS]  # type: ignore[union-attr]
    assert kinds == [{"suspect_empty", "ignore_period"}, {"suspect_empty"}]


def test_a_kind_must_be_known() -> None:
    with pytest.raises(ValueError, match="no such kind of fault: frost"):
        Faults().storm(1, kinds=("429", "frost"))
