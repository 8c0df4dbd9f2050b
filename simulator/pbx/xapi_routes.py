"""What both XAPIs do with a request: find its route, look at its bearer, and turn a refused query into an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from trunkline.simulator.pbx.odata import BadQueryError
from trunkline.simulator.pbx.wire import Answer, Ask, Handler

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

Table = tuple[tuple[re.Pattern[str], Handler], ...]


def table(routes: Iterable[tuple[str, Handler]]) -> Table:
    """Paths below `/xapi/v1/`, in any case (v18 reference §8.9), with their handlers."""
    return tuple((re.compile(rf"/xapi/v1/{pattern}/?$", re.IGNORECASE), handler) for pattern, handler in routes)


def signed_in(pbx: SimulatedPbx, ask: Ask, routes: Table) -> Answer:
    """The answer to a request that needs the bearer: 401 without it, 404 for a path that is not in the table."""
    if not pbx.sessions.token_is_good(ask.headers.get("authorization", "")):
        return Answer(401)
    handler = next((one for pattern, one in routes if pattern.match(ask.path)), None)
    if handler is None:
        return Answer(404)
    if ask.method not in ("GET", "HEAD"):
        return Answer(405)
    try:
        return handler(pbx, ask)
    except BadQueryError as refusal:
        return refusal.answer
