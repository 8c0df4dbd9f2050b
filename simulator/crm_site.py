"""A CRM of a simulated account. The simulators themselves live in `trunkline.simulator.crm`."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trunkline.simulator.serve import AsgiApp

if TYPE_CHECKING:
    from trunkline.simulator.crm.site import CrmSite

SITES = {
    "highlevel": "HighLevel",
    "hubspot": "HubSpot",
    "salesforce": "Salesforce",
    "zoho": "Zoho",
    "pipedrive": "Pipedrive",
    "dynamics": "Dynamics",
    "webhook": "Webhook",
}
"""Kind → the class in the module of `trunkline.simulator.crm` that is named after the kind."""


@dataclass
class SimulatedCrm:
    """A CRM with its contacts (E.164 → name). `options`: what its simulator is made with besides.

    `settings`: more of its table in the config.
    """

    id: str
    kind: str = "highlevel"
    contacts: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def site(self) -> Any:
        """The simulator (a `CrmSite`): tests look into it."""
        module = importlib.import_module(f"trunkline.simulator.crm.{self.kind}")  # only worlds with a CRM need it
        site: CrmSite = getattr(module, SITES[self.kind])(contacts=self.contacts, **self.options)
        return site

    @property
    def app(self) -> AsgiApp:
        """The ASGI app to serve."""
        app: AsgiApp = self.site.app
        return app

    def table(self, url: str) -> dict[str, Any]:
        """Its table in the config, where it answers at `url`; secrets are in it as `Secret`."""
        return {"id": self.id, "kind": self.kind, **self.site.settings(url), **self.settings}
