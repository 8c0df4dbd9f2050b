"""What real PBXs do beside answering: each quirk of both generations that no other test names."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from trunkline.flows.backfill import backfill
from trunkline.flows.maintain import maintain
from trunkline.flows.outcome import Outcome
from trunkline.flows.sync import sync
from trunkline.simulator.pbx.model import Quirks, Rights, SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.serve import Server
from trunkline.simulator.world import Account, World

CONSOLE: dict[str, Any] = {"version": "18.0.3.461", "surface": "console18", "shape": "console", "login": "admin"}
XAPI18: dict[str, Any] = {"version": "18.0.8.939", "surface": "xapi18", "shape": "xapi-v18", "login": "admin"}


def one_call(**changes: Any) -> World:
    """A PBX with one answered call, eight hours old."""
    pbx = SimulatedPbx("acme-main", **changes)
    pbx.add(place(SCENARIOS["answered_direct"], dt.datetime.now(dt.UTC) - dt.timedelta(hours=8)))
    return World([Account("acme", "Acme Dental", pbxs=[pbx])])


def read(stage: Any) -> Outcome:
    """Reads the ten hours before, as one window."""
    now = dt.datetime.now(dt.UTC)
    since, until = (now - dt.timedelta(hours=10)).isoformat(), now.isoformat()
    return stage.run(backfill, since=since, until=until)  # type: ignore[no-any-return]


def problems(stage: Any) -> set[str]:
    """The codes of what `status` says is to be mended."""
    return {one["code"] for one in json.loads(stage.query("SELECT problems FROM pbxs")[0][0])}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("kind", [{}, XAPI18, CONSOLE])
def test_a_redirect_to_another_host_is_never_followed(stage, status: int, kind: dict[str, Any]) -> None:
    """The token, the cookie and the password stay with the PBX (v20 reference §8.4)."""
    strangers: list[str] = []

    async def stranger(request: Any) -> JSONResponse:
        strangers.append(str(request.url))
        return JSONResponse({"value": []})

    app = Starlette(routes=[Route("/{path:path}", stranger, methods=["GET", "POST"])])
    with Server(app) as elsewhere, stage(one_call(**kind)) as s:
        s.pbx.faults.add("", status=status, redirect_to=f"{elsewhere.url}/moved", times=None)
        failures = read(s).failures
        assert [one.part for one in failures] == ["account acme, PBX acme-main"]
        assert strangers == []
        s.pbx.faults.clear()
        assert read(s).failures == []
        assert s.query("SELECT count(*) FROM calls") == [(1,)]


@pytest.mark.parametrize("kind", [{}, XAPI18, CONSOLE])
def test_an_address_that_is_not_allowed_is_named(stage, kind: dict[str, Any]) -> None:
    """Console Restrictions: everything is refused, although nobody's rights changed (v20 §2.4, v18 §8.2)."""
    with stage(one_call(**kind)) as s:
        s.pbx.quirks.ip_restricted = True
        mends = [check.mend for check in s.run(maintain) if check.part.startswith("account") and check.mend]
        assert any("Console Restrictions" in mend for mend in mends)
        s.pbx.quirks.ip_restricted = False
        assert read(s).failures == [], "a refusal that is no wrong password is tried again"


def test_an_address_that_is_closed_amid_a_run_leaves_what_was_read(stage) -> None:
    with stage(one_call()) as s:
        read(s)
        s.pbx.faults.add("/xapi/", status=403, times=None)
        assert [one.code for one in s.run(sync, reread_days=1).failures] == ["forbidden"]
        s.pbx.faults.clear()
        assert s.run(sync, reread_days=1).failures == []
        assert s.query("SELECT state, cause FROM recordings") == [("stored", None)]


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(xsrf=True),
        Quirks(html_when_signed_out=True, session_seconds=0.6),
        Quirks(session_seconds=0.6),
        Quirks(rows_have_ids=False),
        Quirks(number_style="national"),
    ],
)
@pytest.mark.parametrize("kind", [XAPI18, CONSOLE])
def test_a_v18_pbx_with_its_own_ways_is_read(stage, quirks: Quirks, kind: dict[str, Any]) -> None:
    with stage(one_call(quirks=quirks, **kind)) as s:
        assert read(s).failures == []
        assert s.query("SELECT outcome, external_number FROM calls") == [("answered", "+61870101234")] or s.query(
            "SELECT outcome FROM calls"
        ) == [("answered",)]
        assert s.query("SELECT state FROM recordings") == [("stored",)]
        assert s.pbx.log.failed_logins == 0


@pytest.mark.parametrize("skew", [-900, 900])
def test_a_clock_that_is_off_is_said_and_loses_nothing(stage, skew: int) -> None:
    with stage(one_call(quirks=Quirks(clock_skew_seconds=skew))) as s:
        assert read(s).failures == []
        assert s.query("SELECT count(*) FROM calls") == [(1,)]
        assert problems(s) == {"clock"}


def test_a_client_bound_to_a_department_is_found_out(stage) -> None:
    """It sees fewer extensions than there are, and fewer calls than came in (v20 reference §2.4)."""
    world = one_call(rights=Rights(extensions=frozenset({"103"})))
    with stage(world) as s:
        read(s)
        assert "sees_part" in problems(s)
        said = next(check for check in s.run(maintain) if check.what == "sees part")
        assert "of 7 extensions" in said.said
        assert "department DEFAULT" in said.mend


def test_calls_that_only_the_inbound_report_has_are_said(stage) -> None:
    """Where the directory tells nothing, the counts do."""
    world = one_call(rights=Rights(extensions=frozenset({"103"}), system_status=False))
    now = dt.datetime.now(dt.UTC)
    world.pbxs[0].add(place(SCENARIOS["answered_direct"], now - dt.timedelta(hours=7), stand_ins={"101": "103"}))
    with stage(world) as s:
        read(s)
        (told,) = (one for one in json.loads(s.query("SELECT problems FROM pbxs")[0][0]) if one["code"] == "sees_part")
        assert "1 calls of the PBX's own inbound-calls report are not in the call log" in told["message"]


def test_codes_that_nobody_knows_are_kept_and_counted(stage) -> None:
    world = one_call()
    row = {"CdrId": "odd", "MainCallHistoryId": "odd", "SourceType": 1, "SourceCallerId": "+61870101999"}
    row |= {
        "DestinationType": 77,
        "DestinationDn": "9000",
        "CallType": "Hologramm",
        "Status": "Gebeamt",
        "Answered": True,
    }
    at = dt.datetime.now(dt.UTC) - dt.timedelta(hours=6)
    world.pbxs[0].book.add_row(at, row | {"StartTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "TalkingDuration": "PT9S"})
    with stage(world) as s:
        assert read(s).failures == []
        kinds = s.query("SELECT destination_kind, status FROM legs WHERE call_id = 'acme-main:odd'")
        assert kinds == [("unknown", "Gebeamt")]
        assert s.query("SELECT outcome, miss_reason FROM calls WHERE call_id = 'acme-main:odd'") == [
            ("missed", "unclassified")
        ]
        assert "1 leg of a kind that trunkline does not know" in s.command("status").stdout


@pytest.mark.parametrize("kind", [{}, XAPI18, CONSOLE])
@pytest.mark.parametrize(
    "make",
    [
        lambda faults: faults.add("", status=429, times=2),
        lambda faults: faults.add("", retry_after=1, times=2),
        lambda faults: faults.add("CallLog", status=504, times=2),
        lambda faults: faults.add("CallLog", drop=True, times=2),
        lambda faults: faults.add("CallLog", body='{"value":[{"CdrId":"1', times=2),
    ],
)
def test_what_passes_passes(stage, make: Callable[[Any], object], kind: dict[str, Any]) -> None:
    with stage(one_call(**kind)) as s:
        make(s.pbx.faults)
        assert read(s).failures == []
        assert s.query("SELECT outcome FROM calls") == [("answered",)]


def test_a_wrong_secret_everywhere_stops_after_three_pbxs(stage) -> None:
    """3CX black-lists callers for all its customers: the fleet's breaker opens, and says so (v18 reference §8.1)."""
    pbxs = [SimulatedPbx(f"pbx-{index}") for index in range(8)]
    with stage(World([Account(f"a{index}", "A", pbxs=[pbx]) for index, pbx in enumerate(pbxs)])) as s:
        for pbx in pbxs:
            pbx.secret = "changed on the PBX"
        codes = [one.code for one in read(s).failures]
        assert (codes.count("bad_credentials"), codes.count("sign_ins_paused")) == (3, 5)
        assert sum(pbx.log.failed_logins for pbx in pbxs) == 3
        assert "3 PBXs refused their credentials within the last hour" in s.command("status").stdout
        paused = next(check for check in s.run(maintain) if check.what == "sign-ins paused")
        assert "correct the credentials of" in paused.mend
        assert sum(pbx.log.failed_logins for pbx in pbxs) == 3, "doctor tries none of them either"
