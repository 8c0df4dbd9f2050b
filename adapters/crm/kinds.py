"""Which module serves which `kind` of CRM in the config."""

from __future__ import annotations

from trunkline.adapters.crm.base import CrmAdapter
from trunkline.adapters.crm.highlevel import HighLevel
from trunkline.config import Crm

_ADAPTERS = {"highlevel": HighLevel}


def adapter_for(crm: Crm) -> CrmAdapter:
    """The adapter for a CRM of the config. Raises ConfigError if its secret is not set."""
    return _ADAPTERS[crm.kind](crm)
