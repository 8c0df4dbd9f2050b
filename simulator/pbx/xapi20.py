"""The v20 XAPI: the token end point and the table of routes (v20 reference §2 to §5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trunkline.simulator.pbx import (
    xapi_departments,
    xapi_directory,
    xapi_recordings,
    xapi_reports,
    xapi_system,
    xapi_trunk_reports,
)
from trunkline.simulator.pbx.upgrade import since_update_6
from trunkline.simulator.pbx.wire import Answer, Ask, Handler, as_json, form_of, odata_error, single_page_app
from trunkline.simulator.pbx.xapi_routes import signed_in, table

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"Defs", xapi_system.definitions),
    (r"Defs/Pbx\.GetSystemParameters(\(\))?", xapi_system.system_parameters),
    (r"SystemStatus", xapi_system.system_status),
    (r"LicenseStatus", xapi_system.licence_status),
    (r"LastCdrAndChatMessageTimestamp", xapi_reports.last_cdr),
    (r"ReportCallLogData/Pbx\.GetCallLogData\(.*", xapi_reports.call_log),
    (r"ReportCallLogData/Pbx\.GetOldCallLogData\(.*", since_update_6(xapi_reports.old_call_log)),
    (r"ReportInboundCalls/Pbx\.GetInboundCalls\(.*", since_update_6(xapi_trunk_reports.inbound_calls)),
    (r"ReportOutboundCalls/Pbx\.GetOutboundCalls\(.*", since_update_6(xapi_trunk_reports.outbound_calls)),
    (r"ReportAbandonedQueueCalls/Pbx\.GetAbandonedQueueCallsData\(.*", xapi_trunk_reports.abandoned_queue_calls),
    (r"Recordings", xapi_recordings.listing),
    (r"Recordings/Pbx\.DownloadRecording\(recId=\d+\)", xapi_recordings.download),
    (r"Recordings/Pbx\.GetRecordingRepositorySettings(\(\))?", xapi_recordings.settings),
    (r"Users", xapi_directory.users),
    (r"Queues", xapi_directory.queues),
    (r"RingGroups", xapi_directory.ring_groups),
    (r"Receptionists", xapi_directory.receptionists),
    (r"Peers", xapi_directory.peers),
    (r"Groups", xapi_departments.groups),
    (r"DidNumbers", xapi_departments.did_numbers),
)
TABLE = table(ROUTES)
OPENID = "/.well-known/openid-configuration"
PUBLIC = re.compile(r"/xapi/v1/\$metadata$", re.IGNORECASE)


def answer(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """The answer of a v20 PBX to any request."""
    path = ask.path.lower()
    if path.rstrip("/") == "/connect/token":
        return token(pbx, ask)
    if path == OPENID and pbx.numeric_version >= (20, 0, 10):
        return xapi_system.openid_configuration(pbx, ask)
    if not path.startswith("/xapi"):
        return Answer(401) if path.startswith("/callcontrol") else single_page_app()
    given = xapi_system.metadata(pbx, ask) if PUBLIC.match(ask.path) else signed_in(pbx, ask, TABLE)
    given.headers["X-3CX-Version"] = pbx.version
    return given


def token(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`/connect/token`: each mint kills the token before; `expires_in` is minutes before 20.0.9 (§2.1)."""
    form = form_of(ask)
    if ask.method != "POST" or form.get("grant_type") != "client_credentials":
        return as_json({"error": "unsupported_grant_type", "error_description": "Use client_credentials."}, 400)
    pbx.log.login_attempts += 1
    if (form.get("client_id"), form.get("client_secret")) != (pbx.login, pbx.secret):
        return refuse_login(pbx)
    if pbx.licence.blocks_sign_in:
        return odata_error(500, "License is not active.")
    pbx.log.tokens_minted += 1
    minutes = pbx.quirks.token_minutes
    seconds = round(minutes * 60)
    minted = pbx.new_token(seconds)
    expires_in = seconds if pbx.numeric_version >= (20, 0, 9) else round(minutes)
    return as_json(
        {"token_type": "Bearer", "expires_in": expires_in, "access_token": minted, "refresh_token": None},
    )


def refuse_login(pbx: SimulatedPbx) -> Answer:
    """A wrong secret (§2.1, §8.22)."""
    pbx.log.failed_logins += 1
    pbx.sessions.refuse()
    return as_json({"error": "invalid_client", "error_description": "Invalid client credentials."}, 401)
