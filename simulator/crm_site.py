"""A CRM of a simulated account. The simulators themselves live in `trunkline.simulator.crm`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from trunkline.simulator.serve import AsgiApp

if TYPE_CHECKING:
    from trunkline.simulator.crm.highlevel import HighLevel


@dataclass
class SimulatedCrm:
    """A HighLevel sub-account with its contacts (E.164 → name)."""

    id: str
    location_id: str
    provider_id: str
    token: str = "simulated"  # noqa: S105 - opens nothing but this simulator
    contacts: dict[str, str] = field(default_factory=dict)
    unknown_callers: str = "skip"
    missed_call_task: bool = True
    kind: str = "highlevel"
    rate_limit: tuple[int, float] = (100, 10.0)

    @cached_property
    def site(self) -> HighLevel:
        """The simulator: tests look into it."""
        from trunkline.simulator.crm.highlevel import HighLevel  # only worlds with a CRM need it

        return HighLevel(self.location_id, self.token, self.provider_id, self.contacts, self.rate_limit)

    @property
    def app(self) -> AsgiApp:
        """The ASGI app to serve."""
        return self.site.app
