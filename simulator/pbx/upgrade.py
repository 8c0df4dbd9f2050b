"""Update 6 of v20: which call is in which of its two logs, and what only later builds answer (v20 reference §3.1)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from trunkline.simulator.pbx.wire import Answer, Ask, Handler

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

UPDATE_6 = (20, 0, 6)
NUMBERED = ("xapi-u0", "xapi-v18")
"""The row shapes without ids of their own: `CallId` groups a call's rows (v20 reference §3.3, v18 reference §3.2)."""


def is_in_new_log(pbx: SimulatedPbx, call_started_at: dt.datetime) -> bool:
    """Whether the log that began with Update 6 has the call; a PBX that was never upgraded has no other."""
    return pbx.upgraded_at is None or call_started_at >= pbx.upgraded_at - pbx.old_log_overlap


def is_in_old_log(pbx: SimulatedPbx, call_started_at: dt.datetime) -> bool:
    """Whether the call happened before the upgrade."""
    return pbx.upgraded_at is not None and call_started_at < pbx.upgraded_at


def since_update_6(handler: Handler) -> Handler:
    """The handler for a function that earlier builds do not have."""

    def answer(pbx: SimulatedPbx, ask: Ask) -> Answer:
        return handler(pbx, ask) if pbx.numeric_version >= UPDATE_6 else Answer(404)

    return answer
