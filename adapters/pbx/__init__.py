"""3CX systems, each through the surface that its sign-in is for."""

from __future__ import annotations

from pathlib import Path

from trunkline.adapters.pbx.base import Surface
from trunkline.config import Account, Pbx


def open_surface(pbx: Pbx, account: Account, state: Path) -> Surface:
    """The PBX's client: an API client signs in to v20's XAPI, a console user to v18's console.

    Raises:
        ConfigError: The secret it names is not set.
    """
    where = f"account {account.id}, PBX {pbx.id}"
    if pbx.client_id is not None:
        from trunkline.adapters.pbx.xapi import Xapi20

        return Xapi20(pbx, state, where)
    from trunkline.adapters.pbx.console import Console18

    return Console18(pbx, state, where, account.timezone)
