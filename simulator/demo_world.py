"""The world of `trunkline demo`: an agency in Adelaide with four clients and five PBXs, each with its own trouble."""

from __future__ import annotations

import datetime as dt

from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.filler import Filler
from trunkline.simulator.pbx.model import Keeping, Quirks, Rights, SimulatedPbx
from trunkline.simulator.world import Account, World

KEPT_DAYS = 30
SHORT_KEPT_DAYS = 5
UNHURRIED = (100_000, 10.0)
"""The demo delivers two weeks at once and does not wait for the CRM's real limit of 100 requests in 10 s."""

DENTISTS = ("Ingrid Aske", "Tom Beard", "Lucia Conti", "Raj Desai", "Erin Ford", "Kit Gale")
LAWYERS = ("Helen Marsh", "Omar Nasser", "Petra Olsen", "Will Pike", "Jess Quach")
PLUMBERS = ("Mick Rowe", "Sal Sartori", "Dana Tully", "Joe Urban", "Kylie Voss")
AGENTS = ("Nina Webb", "Alex Xu", "Bella York", "Zac Zammit", "Cody Ames", "Faith Brand", "Gina Cole")


def demo_world(now: dt.datetime | None = None, seed: int = 20) -> World:
    """About sixteen days of traffic up to `now`; the same `now` and seed make the same world."""
    at = now or dt.datetime.now(dt.UTC)
    filler = Filler(at, seed)
    return World(
        [_dental(filler), _legal(filler), _plumbing(filler), _realty(filler)],
        unreachable=frozenset({"vine-barossa"}),
        started_at=at,
    )


def _dental(filler: Filler) -> Account:
    """All is well here: v20, newest shape, every right, a CRM."""
    pbx = SimulatedPbx(
        "acme-main", version="20.0.10.1621", shape="xapi-u10", hosting="hosted", keeping=Keeping(KEPT_DAYS)
    )
    known = filler.fill(pbx, DENTISTS, weekday_calls=(40, 60))
    crm = SimulatedCrm("acme-ghl", contacts=filler.contacts(known), options={"rate_limit": UNHURRIED})
    return Account(
        "acme-dental",
        "Acme Dental",
        report_to=("owner@acme.example",),
        hours={"mon-fri": "08:30-17:30", "sat": "09:00-12:00"},
        holidays="AU-SA",
        pbxs=[pbx],
        crms=[crm],
    )


def _legal(filler: Filler) -> Account:
    """The API client reads history but neither the list of recordings nor their audio (v20 reference §2.4)."""
    pbx = SimulatedPbx(
        "harbour-main",
        rights=Rights(list_recordings=False, download_recordings=False),
        quirks=Quirks(number_style="national"),
        keeping=Keeping(KEPT_DAYS),
    )
    filler.fill(pbx, LAWYERS, weekday_calls=(25, 40))
    return Account(
        "harbour-legal",
        "Harbour Legal",
        report_to=("office@harbour.example",),
        hours={"mon-fri": "08:30-17:30"},
        holidays="AU-SA",
        pbxs=[pbx],
    )


def _plumbing(filler: Filler) -> Account:
    """Still on v18: the console, one row for each call."""
    pbx = SimulatedPbx(
        "plains-main",
        version="18.0.3.461",
        surface="console18",
        shape="console",
        login="admin",
        quirks=Quirks(number_style="national"),
        keeping=Keeping(KEPT_DAYS),
    )
    known = filler.fill(pbx, PLUMBERS, weekday_calls=(30, 50))
    crm = SimulatedCrm("plains-ghl", contacts=filler.contacts(known), options={"rate_limit": UNHURRIED})
    return Account(
        "plains-plumbing",
        "Plains Plumbing",
        report_to=("dana@plains.example",),
        hours={"mon-fri": "08:30-17:30", "sat": "09:00-12:00"},
        holidays="AU-SA",
        pbxs=[pbx],
        crms=[crm],
    )


def _realty(filler: Filler) -> Account:
    """Two extensions do not record, retention is short, and the second office cannot be reached."""
    pbx = SimulatedPbx("vine-city", version="20.0.9.995", hosting="hosted", keeping=Keeping(SHORT_KEPT_DAYS))
    filler.fill(pbx, AGENTS, weekday_calls=(30, 55), unrecorded=frozenset({"104", "106"}))
    barossa = SimulatedPbx("vine-barossa", version="20.0.8.1109")
    return Account(
        "vine-realty",
        "Vine Realty",
        report_to=("principal@vine.example", "office@vine.example"),
        hours={"mon-fri": "08:30-17:30", "sat": "09:00-12:00"},
        holidays="AU-SA",
        pbxs=[pbx, barossa],
    )
