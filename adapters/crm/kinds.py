"""Which module serves which `kind` of CRM in the config: the one of that name, by its class `Adapter`."""

from __future__ import annotations

import importlib
from pathlib import Path

from trunkline.adapters.crm.base import CrmAdapter
from trunkline.crms import Crm


def adapter_for(crm: Crm, state: Path) -> CrmAdapter:
    """The adapter for a CRM of the config; `state`: the folder where sign-ins are kept.

    Raises:
        ConfigError: Its secret is not set.
    """
    module = importlib.import_module(f"trunkline.adapters.crm.{crm.kind}")
    adapter: CrmAdapter = module.Adapter(crm, state)
    return adapter
