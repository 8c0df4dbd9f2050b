from __future__ import annotations

import asyncio
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from trunkline.adapters.pbx.credentials import Credentials, Memory
from trunkline.adapters.pbx.fleet import Refusal, pause, refusals
from trunkline.errors import RemoteError
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.serve import AsgiApp

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
SIX = "abcdef"
RIGHT = SimulatedPbx.secret


async def sign_in(state: Path, pbx_id: str, url: str, secret: str) -> str:
    """What comes of one sign-in; it asks as the API client does."""
    one = Credentials(state / f"{pbx_id}.json", "900", secret, f"PBX {pbx_id}")
    form = {"client_id": one.login, "client_secret": one.secret, "grant_type": "client_credentials"}
    try:
        async with (
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
            one.locked(),
            one.signing_in(lambda: client.get("/")),
        ):
            if (await client.post("/connect/token", data=form)).status_code == 401:
                raise one.remember_refusal()
            one.remember_accepted(Memory())
    except RemoteError as error:
        return f"{error.code}: {error}"
    return "signed in"


def codes(said: list[str]) -> list[str]:
    return [one.partition(":")[0] for one in said]


async def sign_in_everywhere(state: Path, urls: dict[str, str], secret: str) -> list[str]:
    return await asyncio.gather(*(sign_in(state, pbx_id, url, secret) for pbx_id, url in urls.items()))


class Fleet:
    """Six running PBXs, which take a moment to look at a secret, and the folder that remembers the sign-ins."""

    def __init__(self, state: Path, listen: Callable[[AsgiApp], str]) -> None:
        self.state = state
        self.pbxs = {pbx_id: SimulatedPbx(pbx_id) for pbx_id in SIX}
        self.urls = {pbx_id: listen(pbx.app) for pbx_id, pbx in self.pbxs.items()}
        for pbx in self.pbxs.values():
            pbx.faults.add("/connect/token", kind="answer", delay_seconds=0.1, times=None)

    def sign_in(self, pbx_ids: str, secret: str) -> list[str]:
        """One after the other."""
        return [asyncio.run(sign_in(self.state, one, self.urls[one], secret)) for one in pbx_ids]

    @property
    def failed(self) -> int:
        return sum(pbx.log.failed_logins for pbx in self.pbxs.values())


@pytest.fixture
def fleet(tmp_path: Path, listen: Callable[[AsgiApp], str]) -> Fleet:
    return Fleet(tmp_path / "sign-in", listen)


def test_three_refusals_stop_new_credentials_and_no_others(fleet: Fleet) -> None:
    assert fleet.sign_in("f", RIGHT) == ["signed in"]
    said = fleet.sign_in("abcde", "wrong")
    assert codes(said) == ["bad_credentials"] * 3 + ["sign_ins_paused"] * 2
    assert "PBX d: 3 PBXs refused" in said[3]
    assert "correct the credentials of c, b, a, or wait until" in said[3]
    assert (fleet.failed, fleet.pbxs["d"].log.count()) == (3, 0)
    assert fleet.sign_in("f", RIGHT) == ["signed in"]
    assert codes(fleet.sign_in("f", "changed")) == ["sign_ins_paused"]


def test_six_at_once_fail_three_times(fleet: Fleet) -> None:
    said = asyncio.run(sign_in_everywhere(fleet.state, fleet.urls, "wrong"))
    assert sorted(codes(said)) == ["bad_credentials"] * 3 + ["sign_ins_paused"] * 3
    assert fleet.failed == 3


def test_two_processes_fail_three_times_between_them(fleet: Fleet) -> None:
    command = [sys.executable, __file__, str(fleet.state), json.dumps(fleet.urls)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one for process in both for one in json.loads(process.communicate(timeout=120)[0])]
    assert sorted(codes(said)) == ["bad_credentials"] * 6 + ["sign_ins_paused"] * 6
    assert fleet.failed == 3


def test_corrected_credentials_are_tried_while_paused_and_end_the_pause(fleet: Fleet) -> None:
    fleet.sign_in("abc", "wrong")
    assert codes(fleet.sign_in("dbd", RIGHT)) == ["sign_ins_paused", "signed in", "signed in"]
    assert [one.pbx_id for one in refusals(fleet.state)] == ["c", "a"]


@pytest.mark.parametrize(("minutes", "verdict"), [(59, "sign_ins_paused"), (61, "signed in")])
def test_after_an_hour_it_is_over(fleet: Fleet, minutes: int, verdict: str) -> None:
    fleet.sign_in("ab", "wrong")
    remember(fleet.state, c=(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)).isoformat())
    assert codes(fleet.sign_in("d", RIGHT)) == [verdict]


def remember(folder: Path, **refused_at: str) -> None:
    for pbx_id, at in refused_at.items():
        (folder / f"{pbx_id}.json").write_text(json.dumps({"salt": "s", "refused": "x", "refused_at": at}))


def test_a_pause_lasts_until_fewer_than_three_refused_within_the_hour(tmp_path: Path) -> None:
    remember(tmp_path, old="2026-11-24T10:59:59Z", a="2026-11-24T11:20:30+00:00", b="2026-11-24T22:10:00+10:30")
    assert refusals(tmp_path)[0] == Refusal("b", dt.datetime(2026, 11, 24, 11, 40, tzinfo=dt.UTC))
    assert pause(tmp_path, NOW) is None
    remember(tmp_path, c="2026-11-24T11:30:00Z", d="2026-11-24T11:10:00Z", later="2027-11-24T11:00:00Z")
    found = pause(tmp_path, NOW)
    assert found is not None
    assert (found.count, found.pbx_ids) == (4, ("b", "c", "a", "d"))
    assert found.until == dt.datetime(2026, 11, 24, 12, 20, 30, tzinfo=dt.UTC)
    assert "wait until 12:21 UTC" in found.mend
    assert pause(tmp_path, found.until) is None
    assert pause(tmp_path, found.until - dt.timedelta(seconds=1)) is not None


def test_damaged_and_missing_files_tell_of_no_refusal(tmp_path: Path) -> None:
    assert refusals(tmp_path / "absent") == []
    remember(tmp_path, a="2026-11-24T11:20:30", b="soon", c="", good="2026-11-24T11:20:30Z")
    for name, content in {"e": b"", "f": b'{"refused": "\xff"}', "g": b"[]", "h": b'{"accepted": "x"}'}.items():
        (tmp_path / f"{name}.json").write_bytes(content)
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "good.json.lock").touch()
    assert [one.pbx_id for one in refusals(tmp_path)] == ["good"]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(sign_in_everywhere(Path(sys.argv[1]), json.loads(sys.argv[2]), "wrong"))))  # noqa: T201
