"""3CX systems, each through the surface that its sign-in is for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

AT_ONCE = 4  # connections to one PBX: it has calls to put through

if TYPE_CHECKING:
    from trunkline.adapters.pbx.base import Surface
    from trunkline.config import Account, Pbx


def open_surface(pbx: Pbx, account: Account, state: Path) -> Surface:
    """The PBX's client: an API client signs in to v20's XAPI, a console user to v18, which is looked at first.

    Raises:
        ConfigError: The secret it names is not set.
    """
    from trunkline.adapters.http import Http  # `status` looks at sign-ins only, and starts in half the time without
    from trunkline.adapters.pbx.base import memory_path, ways_path
    from trunkline.adapters.pbx.credentials import Credentials
    from trunkline.adapters.pbx.hosting import if_silent
    from trunkline.adapters.pbx.ways import WaysFile

    where = f"account {account.id}, PBX {pbx.id}"
    credentials = Credentials(memory_path(state, pbx), pbx.login, pbx.secret().get_secret_value(), where)
    http = Http(pbx.url, where=where, verify=pbx.trust, at_once=AT_ONCE, if_silent=if_silent(pbx))
    ways = WaysFile(ways_path(state, pbx))
    if pbx.client_id is not None:
        from trunkline.adapters.pbx.api_client import ApiClient
        from trunkline.adapters.pbx.xapi20 import Xapi20

        return Xapi20(ApiClient(http, credentials), pbx, ways, account.timezone)
    from trunkline.adapters.pbx.console_session import ConsoleSession
    from trunkline.adapters.pbx.v18 import V18

    return V18(ConsoleSession(http, credentials), pbx, ways, account.timezone)
