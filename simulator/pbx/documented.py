"""The requests that trunkline may send to a PBX: the documented ones that read, and those that sign in and out.

Sources: v18 reference §1 and §2.1, v20 reference §2 to §5. `CallHistoryView` is documented too, but took a PBX down
(v20 reference §3.8).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trunkline.simulator.pbx.wire import Ask

OURS = "trunkline/"
"""How the name of trunkline's requests begins."""

_POSTED = ("connect/token", "api/login", "api/logout")
_CONSOLE = (
    "Token",
    "CurrentUser",
    "SystemStatus",
    "CallLog",
    "RecordingList",
    "RecordingList/Download",
    *(f"{name}List" for name in ("Extension", "Queue", "RingGroup", "IVR", "Fax", "Group", "Trunk", "InboundRules")),
)
_REPORTS = (
    r"ReportCallLogData/Pbx\.Get(Old)?CallLogData\(.+\)",
    r"ReportInboundCalls/Pbx\.GetInboundCalls\(.+\)",
    r"ReportOutboundCalls/Pbx\.GetOutboundCalls\(.+\)",
    r"ReportAbandonedQueueCalls/Pbx\.GetAbandonedQueueCallsData\(.+\)",
    "LastCdrAndChatMessageTimestamp",
)
_RECORDINGS = (
    "Recordings",
    r"Recordings/Pbx\.DownloadRecording\(recId=\d+\)",
    r"Recordings/Pbx\.GetRecordingRepositorySettings(\(\))?",
)
_SYSTEM = ("Defs", r"Defs/Pbx\.GetSystemParameters(\(\))?", "SystemStatus", "LicenseStatus", r"\$metadata")
_DIRECTORY = (
    *("Users", "Queues", "RingGroups", "Receptionists", "Peers"),
    *("Groups", "DidNumbers", "Trunks", "InboundRules"),
)
_XAPI = (*_REPORTS, *_RECORDINGS, *_SYSTEM, *_DIRECTORY)

REQUESTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (method, re.compile(rf"/{path}/?", re.IGNORECASE))
    for method, path in (
        *(("POST", path) for path in _POSTED),
        *(("GET", f"api/{path}") for path in _CONSOLE),
        *(("GET", f"xapi/v1/{path}") for path in _XAPI),
        ("GET", r"\.well-known/openid-configuration"),
    )
)
"""Methods and whole paths, in any case (v18 reference §8.9)."""

STRAYS: list[tuple[str, str]] = []
"""Method and path of each request of trunkline's that is not in the table."""


def note(ask: Ask, *, offers_parts: bool = False) -> None:
    """Remembers a request that trunkline should not have sent; for a part of a file where the PBX offers none, too."""
    if not ask.headers.get("user-agent", "").startswith(OURS):
        return
    if not is_documented(ask.method, ask.path):
        STRAYS.append((ask.method, ask.path))
    if "range" in ask.headers and not offers_parts:  # v20 reference §4.3: only after `Accept-Ranges: bytes`, or a 206
        STRAYS.append((ask.method, f"{ask.path} with Range"))


def is_documented(method: str, path: str) -> bool:
    """Whether the table has the request; `path` without its query."""
    return any(method == known and pattern.fullmatch(path) for known, pattern in REQUESTS)
