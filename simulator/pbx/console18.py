"""The v18 management console's API: cookie sessions and one row for each call (v18 reference §1)."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

from trunkline.simulator.pbx import console_lists, console_log
from trunkline.simulator.pbx.session import XSRF_COOKIE, xsrf_of
from trunkline.simulator.pbx.wire import Answer, Ask, Handler, as_text, single_page_app

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

COOKIE = ".AspNetCore.CookiesA"

ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"CurrentUser", console_lists.current_user),
    (r"SystemStatus", console_lists.system_status),
    (r"CallLog", console_log.call_log),
    (r"RecordingList", console_log.recording_list),
    (r"RecordingList/Download", console_log.download),
    (r"ExtensionList", console_lists.extensions),
    (r"QueueList", console_lists.queues),
    (r"RingGroupList", console_lists.ring_groups),
    (r"IVRList", console_lists.ivrs),
    (r"FaxList", console_lists.faxes),
    (r"GroupList", console_lists.groups),
)
TABLE = tuple((re.compile(rf"/api/{pattern}/?$", re.IGNORECASE), handler) for pattern, handler in ROUTES)


def answer(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """The answer of a v18 PBX before 18.0.5 to any request: no bearer, no XAPI (v18 reference §1.2, §2)."""
    path = ask.path.lower().rstrip("/")
    if path == "/api/login":
        return login(pbx, ask)
    if path == "/connect/token":
        return Answer(404)
    if not path.startswith("/api/"):
        return single_page_app()
    handler = next((one for pattern, one in TABLE if pattern.match(ask.path)), None)
    if path != "/api/logout" and handler is None:
        return Answer(404)
    return in_session(pbx, ask, handler)


def login(pbx: SimulatedPbx, ask: Ask) -> Answer:
    """`POST /api/login`: 200 either way, the text tells (§1.1)."""
    if ask.method != "POST":
        return Answer(405)
    pbx.log.login_attempts += 1
    try:
        given = {key.lower(): value for key, value in json.loads(ask.body).items()}
    except (ValueError, AttributeError):
        return Answer(400)
    if (given.get("username"), given.get("password")) != (pbx.login, pbx.secret):
        pbx.log.failed_logins += 1
        pbx.sessions.refuse()
        return as_text("AuthFailed")
    pbx.log.tokens_minted += 1
    cookie = pbx.sessions.open(pbx.quirks.session_seconds)
    success = as_text("AuthSuccess")
    success.cookies = (f"{COOKIE}={cookie}; path=/; httponly; samesite=lax",)
    if pbx.quirks.xsrf:
        success.cookies += (f"{XSRF_COOKIE}={xsrf_of(cookie)}; path=/; samesite=lax",)
    return success


def in_session(pbx: SimulatedPbx, ask: Ask, handler: Handler | None) -> Answer:
    """The handler's answer to a request with a session's cookie; without a handler the session ends."""
    cookie = ask.cookies.get(COOKIE, "")
    ends_at = pbx.sessions.cookies.get(cookie)
    if ends_at is None:
        return Answer(401)
    if time.time() >= ends_at:  # a download is sent to the login page, everything else is refused (§1.6, §5)
        download = handler is console_log.download
        return Answer(302, b"", {"Location": "/login"}) if download else Answer(401)
    if handler is None:
        pbx.sessions.cookies.pop(cookie, None)
        return as_text("")
    return handler(pbx, ask)
