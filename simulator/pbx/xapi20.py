"""The v20 XAPI: the token end point and the table of routes (v20 reference §2 to §5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trunkline.simulator.pbx import xapi_directory, xapi_recordings, xapi_reports, xapi_system
from trunkline.simulator.pbx.odata import BadQueryError
from trunkline.simulator.pbx.wire import Answer, Ask, Handler, as_json, form_of, odata_error, single_page_app

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"Defs", xapi_system.definitions),
    (r"Defs/Pbx\.GetSystemParameters(\(\))?", xapi_system.system_parameters),
    (r"SystemStatus", xapi_system.system_status),
    (r"LicenseStatus", xapi_system.licence_status),
    (r"LastCdrAndChatMessageTimestamp", xapi_reports.last_cdr),
    (r"ReportCallLogData/Pbx\.GetCallLogData\(.*", xapi_reports.call_log),
    (r"ReportInboundCalls/Pbx\.GetInboundCalls\(.*", xapi_reports.inbound_calls),
    (r"Recordings", xapi_recordings.listing),
    (r"Recordings/Pbx\.DownloadRecording\(recId=\d+\)", xapi_recordings.download),
    (r"Recordings/Pbx\.GetRecordingRepositorySettings(\(\))?", xapi_recordings.settings),
    (r"Users", xapi_directory.users),
    (r"Queues", xapi_directory.queues),
    (r"RingGroups", xapi_directory.ring_groups),
    (r"Receptionists", xapi_directory.receptionists),
    (r"Peers", xapi_directory.peers),
)
TABLE = tuple((re.compile(rf"/xapi/v1/{pattern}/?$", re.IGNORECASE), handler) for pattern, handler in ROUTES)
PUBLIC = re.compile(r"/xapi/v1/\$metadata$", re.IGNORECASE)


def answer(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """The answer of a v20 PBX to any request."""
    path = ask.path.lower()
    if path.rstrip("/") == "/connect/token":
        return token(pbx, ask)
    if not path.startswith("/xapi"):
        return Answer(401) if path.startswith("/callcontrol") else single_page_app()
    given = xapi_system.metadata(pbx, ask) if PUBLIC.match(ask.path) else _signed_in(pbx, ask)
    given.headers["X-3CX-Version"] = pbx.version
    return given


def _signed_in(pbx: SimulatedPbx, ask: Ask) -> Answer:
    if not pbx.sessions.token_is_good(ask.headers.get("authorization", "")):
        return Answer(401)
    handler = next((one for pattern, one in TABLE if pattern.match(ask.path)), None)
    if handler is None:
        return Answer(404)
    if ask.method not in ("GET", "HEAD"):
        return Answer(405)
    try:
        return handler(pbx, ask)
    except BadQueryError as refusal:
        return refusal.answer


def token(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`/connect/token`: each mint kills the token before; `expires_in` is minutes before 20.0.9 (§2.1)."""
    form = form_of(ask)
    if ask.method != "POST" or form.get("grant_type") != "client_credentials":
        return as_json({"error": "unsupported_grant_type", "error_description": "Use client_credentials."}, 400)
    pbx.log.login_attempts += 1
    if (form.get("client_id"), form.get("client_secret")) != (pbx.login, pbx.secret):
        return refuse_login(pbx)
    if not pbx.licence.active:
        return odata_error(500, "License is not active.")
    pbx.log.tokens_minted += 1
    minutes = pbx.quirks.token_minutes
    seconds = round(minutes * 60)
    minted = pbx.sessions.mint(seconds, pbx.login, can_report=pbx.rights.history)
    expires_in = seconds if pbx.numeric_version >= (20, 0, 9) else round(minutes)
    return as_json(
        {"token_type": "Bearer", "expires_in": expires_in, "access_token": minted, "refresh_token": None},
    )


def refuse_login(pbx: SimulatedPbx) -> Answer:
    """A wrong secret (§2.1, §8.22)."""
    pbx.log.failed_logins += 1
    pbx.sessions.refuse()
    return as_json({"error": "invalid_client", "error_description": "Invalid client credentials."}, 401)
