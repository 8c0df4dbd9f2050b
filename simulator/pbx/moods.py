"""What a PBX does for reasons that no handler knows: restrictions, other systems at work, sessions to be proved."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from trunkline.simulator.pbx.console18 import COOKIE
from trunkline.simulator.pbx.session import XSRF_COOKIE, xsrf_of
from trunkline.simulator.pbx.wire import Answer, Ask, as_text

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

LOGIN_PAGE = (
    "<!doctype html><html><head><title>3CX login</title></head><body><form action='/login'></form></body></html>"
)
LICENSED = re.compile(r"/xapi/v1/(Report|Recordings\b)", re.IGNORECASE)
FOREIGN_TOKEN_SECONDS = 3600.0


def refusal(pbx: SimulatedPbx, ask: Ask) -> Answer | None:
    """The answer to a request that never comes to its handler; None for one that does."""
    path = ask.path.lower()
    if path.startswith("/api/") and pbx.surface != "xapi20":
        return _console(pbx, ask, path)
    if path.startswith("/xapi/") and pbx.sessions.token_is_good(ask.headers.get("authorization", "")):
        return _xapi(pbx, ask)
    return None


def disguised(pbx: SimulatedPbx, ask: Ask, answer: Answer) -> Answer:
    """The answer as the site shows it: some show the login page for a session that is lost (v18 reference §5)."""
    is_console = pbx.surface != "xapi20" and ask.path.lower().startswith("/api/")
    if pbx.quirks.html_when_signed_out and is_console and answer.status == 401:
        return as_text(LOGIN_PAGE, content_type="text/html; charset=utf-8")
    return answer


def _console(pbx: SimulatedPbx, ask: Ask, path: str) -> Answer | None:
    """An address that is not allowed, and a session that does not echo its cookie (v18 reference §8.2, §1.1)."""
    if pbx.quirks.ip_restricted:
        return Answer(403)
    cookie = ask.cookies.get(COOKIE, "")
    is_live = pbx.sessions.cookies.get(cookie, 0.0) > time.time()
    if not pbx.quirks.xsrf or not is_live or path.rstrip("/") == "/api/login":
        return None
    echoes = ask.cookies.get(XSRF_COOKIE) == ask.headers.get(f"x-{XSRF_COOKIE}".lower()) == xsrf_of(cookie)
    return None if echoes else Answer(400)


def _xapi(pbx: SimulatedPbx, ask: Ask) -> Answer | None:
    """A token that works, but not for this address or this licence, or not much longer (v20 reference §2.2 to §2.5)."""
    every = pbx.quirks.other_consumer_every
    if every is not None and pbx.sessions.count_answer() > every:
        pbx.new_token(FOREIGN_TOKEN_SECONDS)
        return None
    named = {"X-3CX-Version": pbx.version} if pbx.surface == "xapi20" else {}
    if pbx.quirks.ip_restricted:
        return Answer(403, headers=named)
    if not pbx.licence.has_api and LICENSED.match(ask.path):
        return Answer(404, headers=named)
    return None
