"""The world of `trunkline demo`: an agency in Adelaide with four clients and five PBXs, each with its own trouble."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from random import Random

from trunkline.simulator.callers import Caller, callers, full_name
from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.pbx.directory import Directory, staff
from trunkline.simulator.pbx.model import Keeping, Rights, SimulatedPbx
from trunkline.simulator.traffic import Office, traffic
from trunkline.simulator.world import Account, World

DAYS = 16
KEPT_DAYS = 9
SHORT_KEPT_DAYS = 5
CALLERS_PER_PBX = 160
KNOWN_TO_CRM_SHARE = 0.6
ADELAIDE = "Australia/Adelaide"

DENTISTS = ("Ingrid Aske", "Tom Beard", "Lucia Conti", "Raj Desai", "Erin Ford", "Kit Gale")
LAWYERS = ("Helen Marsh", "Omar Nasser", "Petra Olsen", "Will Pike", "Jess Quach")
PLUMBERS = ("Mick Rowe", "Sal Sartori", "Dana Tully", "Joe Urban", "Kylie Voss")
AGENTS = ("Nina Webb", "Alex Xu", "Bella York", "Zac Zammit", "Cody Ames", "Faith Brand", "Gina Cole")


def demo_world(now: dt.datetime | None = None, seed: int = 20) -> World:
    """About sixteen days of traffic up to `now`; the same `now` and seed make the same world."""
    at = now or dt.datetime.now(dt.UTC)
    builder = _Builder(at, seed)
    return World(
        [_dental(builder), _legal(builder), _plumbing(builder), _realty(builder)],
        unreachable=frozenset({"vine-barossa"}),
        started_at=at,
    )


def _dental(builder: _Builder) -> Account:
    """All is well here: v20, newest shape, every right, a CRM."""
    pbx = SimulatedPbx(
        "acme-main", version="20.0.10.1621", shape="xapi-u10", hosting="hosted", keeping=Keeping(KEPT_DAYS)
    )
    known = builder.fill(pbx, DENTISTS, weekday_calls=(40, 60))
    crm = SimulatedCrm("acme-ghl", "acme-location", "acme-provider", contacts=builder.contacts(known))
    return Account(
        "acme-dental",
        "Acme Dental",
        report_to=("owner@acme.example",),
        hours={"mon-fri": "08:30-17:30", "sat": "09:00-12:00"},
        holidays="AU-SA",
        pbxs=[pbx],
        crms=[crm],
    )


def _legal(builder: _Builder) -> Account:
    """The API client reads history but neither the list of recordings nor their audio (v20 reference §2.4)."""
    pbx = SimulatedPbx(
        "harbour-main",
        rights=Rights(list_recordings=False, download_recordings=False, system_status=False),
        keeping=Keeping(KEPT_DAYS),
    )
    builder.fill(pbx, LAWYERS, weekday_calls=(25, 40))
    return Account(
        "harbour-legal",
        "Harbour Legal",
        report_to=("office@harbour.example",),
        hours={"mon-fri": "08:30-17:30"},
        holidays="AU-SA",
        pbxs=[pbx],
    )


def _plumbing(builder: _Builder) -> Account:
    """Still on v18: the console, one row for each call."""
    pbx = SimulatedPbx(
        "plains-main",
        version="18.0.3.461",
        surface="console18",
        shape="console",
        login="admin",
        keeping=Keeping(KEPT_DAYS),
    )
    known = builder.fill(pbx, PLUMBERS, weekday_calls=(30, 50))
    crm = SimulatedCrm("plains-ghl", "plains-location", "plains-provider", contacts=builder.contacts(known))
    return Account(
        "plains-plumbing",
        "Plains Plumbing",
        report_to=("dana@plains.example",),
        hours={"mon-fri": "08:30-17:30", "sat": "09:00-12:00"},
        holidays="AU-SA",
        pbxs=[pbx],
        crms=[crm],
    )


def _realty(builder: _Builder) -> Account:
    """Two extensions do not record, retention is short, and the second office cannot be reached."""
    pbx = SimulatedPbx("vine-city", version="20.0.9.995", hosting="hosted", keeping=Keeping(SHORT_KEPT_DAYS))
    builder.fill(pbx, AGENTS, weekday_calls=(30, 55), unrecorded=frozenset({"104", "106"}))
    barossa = SimulatedPbx("vine-barossa", version="20.0.8.1109")
    return Account(
        "vine-realty",
        "Vine Realty",
        report_to=("principal@vine.example", "office@vine.example"),
        hours={"mon-fri": "08:30-17:30", "sat": "09:00-12:00"},
        holidays="AU-SA",
        pbxs=[pbx, barossa],
    )


class _Builder:
    """Fills PBXs one after the other from one seed."""

    def __init__(self, now: dt.datetime, seed: int) -> None:
        self.now = now
        self.seed = seed
        self.clock = _clock_from(now)

    def fill(
        self,
        pbx: SimulatedPbx,
        people: Sequence[str],
        *,
        weekday_calls: tuple[int, int],
        unrecorded: frozenset[str] = frozenset(),
    ) -> tuple[Caller, ...]:
        """Gives the PBX its people and its calls; returns who rings there."""
        rng = Random(f"{self.seed}/{pbx.id}")  # noqa: S311 - a repeatable demo, not a secret
        pbx.now = self.clock
        pbx.secret = f"simulated-{pbx.id}"
        pbx.directory = Directory(extensions=staff(people))
        for one in pbx.directory.extensions:
            one.record_calls = one.number not in unrecorded
        who = callers(CALLERS_PER_PBX, rng)
        line = rng.randrange(100, 1000)
        office = Office(
            ADELAIDE,
            who,
            (f"+6187010{line}0", f"+6187010{line}5"),
            tuple(one.number for one in pbx.directory.extensions),
            unrecorded,
            weekday_calls=weekday_calls,
        )
        pbx.add(*traffic(office, self.now, DAYS, rng))
        return who

    def contacts(self, known: Sequence[Caller]) -> dict[str, str]:
        """The callers that a CRM knows, with their names."""
        rng = Random(f"{self.seed}/contacts/{known[0].number}")  # noqa: S311 - as above
        return {one.number: one.shown_name or full_name(rng) for one in known if rng.random() < KNOWN_TO_CRM_SHARE}


def _clock_from(now: dt.datetime) -> Callable[[], dt.datetime]:
    """A clock that shows `now` at this moment and runs on from there."""
    begun = time.monotonic()
    return lambda: now + dt.timedelta(seconds=time.monotonic() - begun)
