"""The whole way: calls on a v20 and two v18 PBXs, read over HTTP; each report equals what the stories tell.

Clocks in Adelaide go forward on Sunday 4 October 2026, in the days that are reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import reckoning
import stamina
import time_machine
from compare import differences, said_of, truth_of
from reckoning import Call, Office, Tape

from trunkline import configfile
from trunkline.flows.backfill import backfill
from trunkline.periods import parse
from trunkline.reports import read
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import PlacedCall, place
from trunkline.simulator.world import Account, World
from trunkline.store.lake import Lake

ADELAIDE, KOLKATA = "Australia/Adelaide", "Asia/Kolkata"
SINCE, UNTIL = dt.datetime(2026, 9, 28, tzinfo=dt.UTC), dt.datetime(2026, 10, 7, tzinfo=dt.UTC)
NOW = UNTIL + dt.timedelta(days=1)
A, B, C, D, E, F, G = (f"+6149157{number:04}" for number in range(1, 8))
MILLISECOND = 0.0011  # a GUID's time is up to a millisecond early

# Local time, story, caller. The days are Fri 2 – Sun 4 Oct; a business day after Friday is Monday 5 Oct.
MAIN = (
    ("2026-09-29 09:00:00", "rang_out", C),  # in the days before, and never called back
    ("2026-09-29 10:00:00", "answered_direct", D),
    ("2026-10-01 23:59:59", "rang_out", G),  # the last second of the days before
    ("2026-10-02 00:00:00", "queue_abandoned", G),  # and the first of these
    ("2026-10-02 08:30:00", "rang_out", A),  # the minute in which the office opens
    ("2026-10-02 09:00:00", "withheld_absent", None),
    ("2026-10-02 09:30:00", "short_abandon", E),
    ("2026-10-02 10:00:00", "answered_direct", E),
    ("2026-10-02 10:30:00", "menu_queue_agent", F),
    ("2026-10-02 11:00:00", "answered_too_short_to_judge", F),
    ("2026-10-02 12:00:00", "not_recorded_by_policy", F),
    ("2026-10-02 13:00:00", "two_recordings_of_one_leg", F),
    ("2026-10-02 14:00:00", "not_recorded", F),
    ("2026-10-02 15:00:00", "internal_answered", None),
    ("2026-10-02 17:30:00", "menu_hang_up", B),  # the minute in which it closes
    ("2026-10-03 20:00:00", "closed_message", F),
    ("2026-10-04 01:59:30", "rang_out", C),  # half a minute before clocks go forward
    ("2026-10-04 03:00:10", "queue_abandoned", C),  # forty seconds later
    ("2026-10-04 23:59:59", "voicemail", D),
    ("2026-10-05 00:00:00", "rang_out", D),  # the day after
    ("2026-10-05 08:30:00", "outbound_not_connected", A),  # to the second in time, though an hour was skipped
    ("2026-10-05 09:00:00", "answered_direct", D),
    ("2026-10-05 17:30:01", "outbound_connected", B),  # a second late
)
BRANCH = (
    ("2026-10-03 10:00:00", "ring_group_nobody", C),
    ("2026-10-04 10:00:00", "outbound_connected", F),  # the branch calls back who rang the main office
    ("2026-10-04 11:00:00", "answered_ring_group", G),
)
INDIA = (
    ("2026-10-01 23:59:59", "rang_out", A),
    ("2026-10-02 00:00:00", "voicemail", B),
    ("2026-10-02 04:29:59", "outbound_connected", A),
    ("2026-10-04 23:59:59", "busy", C),
    ("2026-10-05 00:00:00", "rejected", D),
    ("2026-10-03 12:00:00", "blind_transfer", E),
)
Placed = list[tuple[SimulatedPbx, PlacedCall]]


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """What is tried again is tried at once."""
    stamina.set_testing(True, attempts=100, cap=True)
    yield
    stamina.set_testing(False)


def pbx(name: str, surface: str, shape: str, version: str, zone: str, stories: Any) -> tuple[SimulatedPbx, Placed]:
    login = "900" if surface == "xapi20" else "admin"
    made = SimulatedPbx(name, version=version, surface=surface, shape=shape, login=login)  # type: ignore[arg-type]
    made.directory.extension("105").record_calls = False
    placed = []
    for text, story, caller in stories:
        at = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
        placed += [(made, call) for call in made.add(place(SCENARIOS[story], at, caller))]
    return made, placed


def told(made: SimulatedPbx, call: PlacedCall) -> Call:
    """What the story says of a call, as far as its PBX can know."""
    truth = call.truth_on(made.surface, made.shape)
    assert truth
    heard = [(one.story.seconds, one.started_at) for one in call.recordings]
    tapes = [
        Tape(state, cause, heard[number][0], begins=heard[number][1]) if state == "stored" else Tape(state, cause)
        for number, (state, cause) in enumerate(truth.recordings)
    ]
    rang = {leg.story.destination.dn for leg in call.legs if leg.story.destination.kind == "extension"}
    return Call(
        id=f"{made.id}:{call.main_id}",
        pbx=made.id,
        at=call.started_at,
        direction=truth.direction,
        outcome=truth.outcome,
        number=truth.external_number,
        reason=truth.miss_reason,
        did=truth.did,
        queue=truth.queue,
        wait=truth.wait_seconds,
        talk=truth.talk_seconds,
        rang=tuple(sorted(dn for dn in rang if dn)),
        by=truth.answered_by,
        ended=call.ended_at,
        tapes=tuple(tapes),
    )


def office(name: str, zone: str, placed: Placed, hours: Any) -> Office:
    pbxs = tuple(dict.fromkeys(made.id for made, _ in placed))
    return Office(
        name,
        zone,
        pbxs,
        hours,
        switches={**{(one, "105"): "no" for one in pbxs}, ("acme-main", "801"): "opt"},  # a caller may opt out there
        calls=tuple(told(made, call) for made, call in placed),
        read=dict.fromkeys(pbxs, ((SINCE, UNTIL),)),
    )


def test_reports_tell_what_happened_on_the_pbxs(stage: Callable[..., Any]) -> None:
    main, on_main = pbx("acme-main", "xapi20", "xapi-u10", "20.0.10.1621", ADELAIDE, MAIN)
    branch, on_branch = pbx("acme-branch", "xapi18", "xapi-v18", "18.0.8.939", ADELAIDE, BRANCH)
    delhi, on_delhi = pbx("delhi-main", "xapi18", "xapi-v18", "18.0.8.939", KOLKATA, INDIA)
    world = World(
        [
            Account("acme", "Acme", ADELAIDE, hours={"mon-fri": "08:30-17:30"}, pbxs=[main, branch]),
            Account("delhi", "Delhi", KOLKATA, country="IN", pbxs=[delhi]),
        ]
    )
    week = dict.fromkeys(range(1, 6), ((510, 1050),))
    offices = [office("acme", ADELAIDE, [*on_main, *on_branch], week), office("delhi", KOLKATA, on_delhi, None)]
    with time_machine.travel(NOW, tick=True), stage(world) as s:
        done = s.run(backfill, since=SINCE.isoformat(), until=UNTIL.isoformat())
        assert done.failures == []
        config = configfile.load(s.config)
        period = parse("2026-10-02..2026-10-05", ADELAIDE, NOW)
        with Lake(s.folder / "data" / "lake.duckdb").read() as connection:
            read.snapshot(connection, [period], config.account)
            found = [read.account_figures(connection, account, period, NOW) for account in config.account]
    friday, monday, before = dt.date(2026, 10, 2), dt.date(2026, 10, 5), dt.date(2026, 9, 29)
    for one, happened in zip(found, offices, strict=True):
        truth = reckoning.figures(happened, friday, monday, (before, friday))
        said = said_of(one)
        for figures in (said, truth):
            del figures["strip"]  # who else took part in a call is in its legs, not in its truth
        assert differences(said, truth_of(truth), MILLISECOND) == {}, happened.id
    acme, india = found[0].now, found[1].now
    # By hand. Missed: A, B, C three times, D, E, F, G and one withheld. A was called back in time and F by the branch;
    # B late; D, E and G got through; C never. B left the menu and E hung up in less than ten seconds.
    assert (acme.volumes.missed, acme.volumes.short_abandons, acme.volumes.withheld) == (10, 2, 1)
    calls = acme.callbacks
    assert (calls.callers, calls.returned, calls.self_recovered, calls.never_returned) == (7, 2, 3, 2)
    assert (india.volumes.missed, india.callbacks.never_returned) == (2, 2)
