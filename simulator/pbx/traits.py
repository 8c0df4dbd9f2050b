"""What is set at one simulated PBX: rights, licence, how recordings are kept, and the quirks of its build."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from trunkline.simulator.scenarios.story import NumberStyle

MaxRole = Literal[
    "system_owners", "system_admins", "group_owners", "managers", "group_admins", "receptionists", "users"
]
FAR_AWAY = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)


@dataclass
class Rights:
    """What the PBX lets our login see; each is a separate right (v20 reference §2.4).

    `max_role`: what the token says of the login; it decides nothing here. `extensions`: all that a login which is
    bound to a department sees of the people, their calls and recordings; None is everybody.
    """

    history: bool = True
    list_recordings: bool = True
    download_recordings: bool = True
    system_status: bool = True
    max_role: MaxRole = "managers"
    extensions: frozenset[str] | None = None


@dataclass
class Keeping:
    """How recordings are kept (v20 reference §4.4)."""

    auto_delete_days: int | None = None
    quota_megabytes: int = 4096
    quota_reached: bool = False
    stopped: bool = False
    archive_enabled: bool = False
    bytes_per_second: int = 2000


@dataclass
class Licence:
    """What the licence says and does (v20 reference §2.5).

    Without `has_api` reports and recordings answer 404. A licence that is not `active` is only said to have ended;
    with `blocks_sign_in` no token is given either (§8.5). Without `recording` a v18 list says so (v18 reference §1.7),
    and v20 says nothing. `quota_megabytes`: the most that it lets recordings take.
    """

    product_code: str = "SIMULATED-ENT"
    active: bool = True
    expires_at: dt.datetime = FAR_AWAY
    maintenance_expires_at: dt.datetime = FAR_AWAY
    is_enterprise: bool = True
    is_professional: bool = False
    max_sim_calls: int = 16
    has_api: bool = True
    transcription: bool = True
    recording: bool = True
    quota_megabytes: int | None = None
    blocks_sign_in: bool = False


LICENCES: dict[str, Licence] = {
    "free": Licence("SIMULATED-FREE", is_enterprise=False, max_sim_calls=4, transcription=False, quota_megabytes=256),
    "small-business": Licence("SIMULATED-SMB", is_enterprise=False, max_sim_calls=10, transcription=False),
    "professional": Licence("SIMULATED-PRO", is_enterprise=False, is_professional=True, transcription=False),
    "enterprise": Licence("SIMULATED-ENT", max_sim_calls=32, transcription=False),
    "ai": Licence("SIMULATED-AI", max_sim_calls=32),
}
"""The tiers of the brief's licence table, each with the API; `dataclasses.replace` makes a PBX's own of one."""


@dataclass
class Quirks:
    """Behaviour that differs from build to build and from site to site; all off is the majority.

    `ip_restricted`: our address is not on the PBX's list (v20 reference §2.4, v18 reference §8.2).
    `other_consumer_every`: after so many answers another system signs in as our client (v20 reference §2.2).
    `xsrf`: the console wants the cookie of its login echoed (v18 reference §1.1). `html_when_signed_out`: it shows its
    login page for a session that is lost (v18 reference §5). `clock_skew_seconds`: how far the PBX's clock is ahead.
    """

    range_downloads: bool = False
    rows_have_ids: bool = True
    hide_polling_legs: bool = False
    number_style: NumberStyle = "e164"
    ignores_spelling: Literal["raw", "encoded"] | None = None
    count_comes_empty: bool = False
    session_seconds: float = 24 * 3600.0
    token_minutes: float = 60.0
    ip_restricted: bool = False
    other_consumer_every: int | None = None
    xsrf: bool = False
    html_when_signed_out: bool = False
    clock_skew_seconds: float = 0.0
