"""v18's XAPI: the call log alone; recordings have no list, their ids stand in the rows (v18 reference §2.1)."""

from __future__ import annotations

import datetime as dt

from trunkline.adapters.pbx import xapi_paths as paths
from trunkline.adapters.pbx.console_bearer import ConsoleBearer
from trunkline.adapters.pbx.console_probe import ConsoleLook
from trunkline.adapters.pbx.odata import items_of
from trunkline.adapters.pbx.ways import WaysFile
from trunkline.adapters.pbx.xapi import Xapi
from trunkline.config import Pbx
from trunkline.models import Probe


class Xapi18(Xapi):
    """A v18 PBX from 18.0.5 on, signed in to as a console user."""

    name = "xapi18"

    def __init__(self, client: ConsoleBearer, pbx: Pbx, ways: WaysFile, zone: str) -> None:
        super().__init__(client, pbx, ways, zone)
        self._session = client.session

    async def try_log(self) -> None:
        """Asks for one row of the call log.

        Raises:
            NotThere, Forbidden, BadAnswer: It is not offered to this user.
        """
        items_of(await self._checked(paths.probe_log(dt.datetime.now(dt.UTC), self._pbx.hide_pcalls)))

    async def probe(self, *, try_download: bool = True) -> Probe:
        """What the PBX is and what this user may do; the call log itself names the recordings."""
        look = ConsoleLook(self._session, self._pbx, self.download if try_download else None)
        return await look.probe(self.name, self.try_log)
