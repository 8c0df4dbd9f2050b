"""Worlds for jobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import stamina

from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.scenario_world import scenario_world
from trunkline.simulator.world import World


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """What is tried again is tried at once, as often as ever."""
    stamina.set_testing(True, attempts=100, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="session")
def world_with_contacts() -> Callable[..., World]:
    """Makes a world in which every scenario happened, and a CRM that knows every caller."""

    def make(surface: str = "xapi20", shape: str = "xapi-u10", now: dt.datetime | None = None) -> World:
        world, cases = scenario_world(surface, shape, now)  # type: ignore[arg-type]
        contacts = {truth.external_number: f"Caller {n}" for n, (_, truth) in enumerate(cases) if truth.external_number}
        crm = SimulatedCrm("acme-ghl", contacts=contacts, options={"rate_limit": (5000, 1.0)})
        world.accounts[0].crms.append(crm)
        return world

    return make
