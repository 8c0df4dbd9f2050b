"""A v18 PBX from 18.0.5 on: the console, a bearer from its session, and a small XAPI (v18 reference §1.2, §2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trunkline.simulator.pbx import (
    console18,
    xapi_departments,
    xapi_directory,
    xapi_recordings,
    xapi_reports,
    xapi_system,
)
from trunkline.simulator.pbx.wire import Answer, Ask, Handler, as_json
from trunkline.simulator.pbx.xapi_routes import signed_in, table

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"Defs/Pbx\.GetSystemParameters(\(\))?", xapi_system.system_parameters),
    (r"LicenseStatus", xapi_system.licence_status),
    (r"ReportCallLogData/Pbx\.GetCallLogData\(.*", xapi_reports.call_log),
    (r"Recordings/Pbx\.DownloadRecording\(recId=\d+\)", xapi_recordings.download),
    (r"Users", xapi_directory.users),
    (r"Queues", xapi_directory.queues),
    (r"RingGroups", xapi_directory.ring_groups),
    (r"Receptionists", xapi_directory.receptionists),
    (r"Groups", xapi_departments.groups),
)
TABLE = table(ROUTES)


def answer(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """The answer of a late v18 PBX to any request; unlike v20 it does not name its version in a header."""
    path = ask.path.lower().rstrip("/")
    if path == "/api/token":
        return console18.in_session(pbx, ask, token)
    if path == "/xapi" or path.startswith("/xapi/"):
        return signed_in(pbx, ask, TABLE)
    return console18.answer(pbx, ask)


def token(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`GET /api/Token`: `expires_in` is in minutes (§0.3)."""
    if ask.method != "GET":
        return Answer(405)
    pbx.log.tokens_minted += 1
    minutes = pbx.quirks.token_minutes
    minted = pbx.new_token(minutes * 60)
    return as_json(
        {"token_type": "Bearer", "expires_in": round(minutes), "access_token": minted, "refresh_token": None}
    )
