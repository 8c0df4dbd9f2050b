"""What v20's XAPI has beside the call log: the inbound-calls report, the recording list, the newest call's time."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence

import msgspec

from trunkline.adapters.pbx import xapi_lists
from trunkline.adapters.pbx import xapi_paths as paths
from trunkline.adapters.pbx.call_log import Log
from trunkline.adapters.pbx.problems import SEES_PART, said
from trunkline.adapters.pbx.xapi import Xapi
from trunkline.adapters.pbx.xapi_probe import probe
from trunkline.adapters.pbx.xapi_reports import Reports
from trunkline.errors import BadAnswer, Forbidden, NotThere
from trunkline.models import PbxReports, Probe, Problem, WindowRead
from trunkline.windows import Window


class _Timestamp(msgspec.Struct):
    LastCdrStartedAt: dt.datetime | None = None


class _Newest(msgspec.Struct):
    value: list[_Timestamp]


class Xapi20(Xapi):
    """A v20 PBX, signed in to as an API client."""

    name = "xapi20"
    _hidden_calls = 0

    async def probe(self, *, try_download: bool = True) -> Probe:
        """What the PBX is and what this client may do."""
        found = await probe(self.client, self._pbx, try_download=try_download)
        if found.version:
            self._ways.seen(found.version)
        return found

    def remarks(self) -> tuple[Problem, ...]:
        """What was noticed since it was opened."""
        if not self._hidden_calls:
            return super().remarks()
        evidence = f"{self._hidden_calls} calls of the PBX's own inbound-calls report are not in the call log it shows"
        return (*super().remarks(), said(SEES_PART, evidence=evidence))

    async def read(self, window: Window) -> WindowRead:
        """The window's rows, the DIDs of its inbound calls and its recording list; raises as `Xapi.read` does."""
        log = await self._log.read(window)
        inbound = await self._if_had(paths.inbound_calls(window, self._ways.ways.spelling))
        log = await self._compared(window, log, xapi_lists.inbound_ids(inbound or [], window))
        listed = await self._if_had("/xapi/v1/Recordings", paths.recordings_filter(window), entities=True)
        problem = await self._suspect_empty(window, inbound or []) if not log.rows else None
        return xapi_lists.window_read(self._raw(log, inbound=inbound, recordings=listed), log.pages, problem)

    async def reports(self, window: Window, queues: Sequence[str]) -> PbxReports | None:
        """The inbound-calls and the abandoned-queue-calls report; raises as `Reports.read` does."""
        return await Reports(self._reports, self._ways, self._http.where).read(window, queues)

    async def _compared(self, window: Window, log: Log, inbound: set[str]) -> Log:
        """The log, read again if the inbound-calls report knows calls that it lacks; what stays hidden is counted."""
        hidden = inbound - log.history_ids
        if hidden and not log.is_numbered and not self._hidden_calls:
            log = await self._log.read(window)
            hidden = inbound - log.history_ids
        if log.rows and not log.is_numbered:
            self._hidden_calls += len(hidden)
        return log

    async def _suspect_empty(self, window: Window, inbound: list[bytes]) -> str | None:
        """Words of doubt if the PBX itself knows of calls in a window for which it gave no row (v20 §3.9)."""
        if known := len(xapi_lists.inbound_ids(inbound, window)):
            return f"no rows, although the PBX's inbound-calls report has {known} calls of that time"
        with contextlib.suppress(Forbidden, NotThere, BadAnswer, msgspec.DecodeError, LookupError):
            response = await self._checked("/xapi/v1/LastCdrAndChatMessageTimestamp")
            newest = msgspec.json.decode(response.content, type=_Newest).value[0].LastCdrStartedAt
            if newest and newest.tzinfo and window.since <= newest < window.until:
                return f"no rows, although the PBX's newest call started at {newest:%H:%M:%S} UTC, inside the window"
        return None
