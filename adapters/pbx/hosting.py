"""What differs by where a PBX runs (v20 reference §2.5, v18 reference §8.3)."""

from __future__ import annotations

import httpx

from trunkline.config import Pbx

SELF_MANAGED_PORT = 5001
BLOCKED = "if others reach it, this machine's address may be on the PBX's black-list: allow it there"


def if_silent(pbx: Pbx) -> str:
    """The step to take where nothing answers: ports differ by hosting, and a black-listed caller hears nothing."""
    url = httpx.URL(pbx.url)
    if pbx.hosting == "self-managed" and url.port is None and url.scheme == "https":
        usual = f"{pbx.url}:{SELF_MANAGED_PORT}"
        return f"a self-managed 3CX mostly answers on port {SELF_MANAGED_PORT}: try {usual}; {BLOCKED}"
    if pbx.hosting != "self-managed" and url.port not in {None, 443} and url.scheme == "https":
        return f"a PBX that 3CX hosts answers on port 443: leave the port out; {BLOCKED}"
    return f"check the address, the port and that it is running; {BLOCKED}"
