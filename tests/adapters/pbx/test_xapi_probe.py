from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from trunkline.errors import BadCredentials
from trunkline.models import Probe
from trunkline.simulator.pbx.model import Keeping, Rights
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place

NOW = dt.datetime(2026, 9, 16, 3, 0, tzinfo=dt.UTC)


async def look(surface: Any) -> Probe:
    return await surface.probe()  # type: ignore[no-any-return]


def codes(found: Probe) -> list[str]:
    return [one.code for one in found.problems]


@pytest.fixture
def probed(v20: Any) -> Any:
    """A PBX with one recorded call, so that every right can be tried."""
    v20.pbx.add(place(SCENARIOS["answered_direct"], NOW - dt.timedelta(hours=1)))
    return v20


def test_a_pbx_where_all_is_well(probed: Any) -> None:
    probed.pbx.keeping = Keeping(auto_delete_days=30)
    found = probed.run(look)
    assert (found.version, found.surface, found.licence) == ("20.0.8.1109", "xapi20", "SIMULATED-ENT")
    assert (found.can_history, found.can_list_recordings, found.can_download_recordings) == (True, True, True)
    assert (found.recording_stopped, found.quota_reached, found.auto_delete_days) == (False, False, 30)
    assert codes(found) == []


@pytest.mark.parametrize(
    ("rights", "known", "problem"),
    [
        (Rights(history=False), (False, True, True), ["no_history_right"]),
        (Rights(list_recordings=False, download_recordings=False), (True, False, None), ["no_recording_right"]),
        (Rights(download_recordings=False), (True, True, False), ["no_recording_right"]),
        (Rights(system_status=False), (True, True, True), []),
    ],
)
def test_each_right_is_tried_apart(
    probed: Any, rights: Rights, known: tuple[bool | None, ...], problem: list[str]
) -> None:
    probed.pbx.rights = rights
    found = probed.run(look)
    assert (found.can_history, found.can_list_recordings, found.can_download_recordings) == known
    assert codes(found) == problem


def test_what_was_not_tried_is_not_known(v20: Any) -> None:
    assert v20.run(look).can_download_recordings is None


def test_an_absent_call_history_is_a_matter_of_the_licence(probed: Any) -> None:
    probed.pbx.faults.add("GetCallLogData", status=404, times=None)
    found = probed.run(look)
    assert (found.can_history, codes(found)) == (False, ["no_xapi"])


def test_a_server_error_says_nothing_of_a_right(probed: Any) -> None:
    probed.pbx.faults.add("GetCallLogData", status=500, body="{}", times=None)
    found = probed.run(look)
    assert (found.can_history, codes(found)) == (None, [])


def test_a_status_in_html_does_not_stop_the_probe(probed: Any) -> None:
    probed.pbx.faults.add("SystemStatus", body="<html>app</html>", times=None)
    found = probed.run(look)
    assert (found.can_history, found.recording_stopped, found.version) == (True, None, "20.0.8.1109")


def test_a_recording_list_in_html_is_no_refusal(probed: Any) -> None:
    probed.pbx.faults.add(r"/Recordings\?", body="<html>app</html>", times=None)
    found = probed.run(look)
    assert (found.can_list_recordings, codes(found)) == (None, [])


def test_a_full_disk_is_told(probed: Any) -> None:
    probed.pbx.keeping = Keeping(quota_reached=True, stopped=True)
    found = probed.run(look)
    assert (found.recording_stopped, found.quota_reached) == (True, True)


def test_a_refused_sign_in_stops_the_probe_after_one_attempt(v20: Any) -> None:
    with pytest.raises(BadCredentials):
        v20.run(look, secret="wrong")
    assert v20.pbx.log.login_attempts == 1
