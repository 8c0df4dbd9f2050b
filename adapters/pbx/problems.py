"""What can be wrong with a PBX or our sign-in there, in words, with the one step that mends it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from trunkline.errors import TokenSuperseded, Unsupported
from trunkline.models import Problem, Seen

CLOCK_SKEW_SECONDS = 120
OWNERS = {"system_owners": "System Owner", "system_admins": "System Administrator"}

IP_RESTRICTED = Problem(
    "ip_restricted",
    "signed in, but everything is refused (403): the PBX does not allow this machine's address",
    "add this machine's address under Console Restrictions in the PBX's security settings; if it is there already, "
    "give the API client its roles Reports User and Recording Manager",
)
NO_RIGHTS = Problem(
    "no_rights",
    "this sign-in may read neither the call history nor the recordings",
    "give the API user the roles Reports User and Recording Manager, both ticked (where the console offers only "
    "v20's own roles: System Owner in department DEFAULT)",
)
NO_HISTORY = Problem(
    "no_history_right",
    "this sign-in may not read the call history",
    "add the role Reports User beside Recording Manager (where the console offers only v20's own roles: System Owner "
    "in department DEFAULT; a System Administrator is refused)",
)
NO_RECORDINGS = Problem(
    "no_recording_right",
    "Reports User on its own: it reads the call history but not the recordings, so calls come without audio",
    "add the role Recording Manager to this API user beside Reports User, both ticked (where the console offers only "
    "v20's own roles: System Owner in department DEFAULT)",
)
NO_API = Problem(
    "no_xapi",
    "the call history's address is absent (404): the licence does not include the API",
    "move to a paid annual licence that includes the API (3CX's own text: Enterprise or AI, 8 simultaneous calls or "
    "more); the free tier is for trying out",
)
TOO_MUCH = Problem(
    "over_privileged",
    "it signs in as {role}: that works, and whoever gets hold of the key has the whole PBX",
    "use an API client of its own with only Reports User and Recording Manager; where this build gives those rights to "
    "System Owner alone, keep it and allow only this machine's address under Console Restrictions",
    is_risk=True,
)
LICENCE_EXPIRED = Problem(
    "licence_expired",
    "its licence is not active: calls and recordings may stop, and sign-ins fail",
    "renew the licence of this PBX",
)
LICENCE_WITHOUT_RECORDING = Problem(
    "licence_without_recording",
    "its licence does not include recording: calls come without audio",
    "choose a licence with call recording: every paid annual one has it",
)
MAINTENANCE_EXPIRED = Problem(
    "maintenance_expired",
    "its maintenance has ended: it gets no updates and no support",
    "renew the maintenance of this PBX",
    is_risk=True,
)
RECORDING_STOPPED = Problem(
    "recording_stopped",
    "recording has stopped, or its quota is full: calls are not recorded any more",
    "free space or raise the recording quota in the console",
)
TLS_NOT_VERIFIED = Problem(
    "tls_not_verified",
    "its certificate is not checked: somebody in between could read the key and the calls",
    "set verify to the file of its certificate authority",
    is_risk=True,
)
SEES_PART = Problem(
    "sees_part",
    "this sign-in sees only part of the calls: {evidence}",
    "give the API client its role in department DEFAULT; bound to another department it sees that one's calls only",
)
CLOCK = Problem("clock", "its clock is off by {seconds} s", "let the PBX set its clock by NTP", is_risk=True)
SUPERSEDED = Problem(
    TokenSuperseded.code,
    "its token is ended by another system that signs in as the same API client{often}",
    "give every system an API client of its own (Admin → Integrations → API), and trunkline's key to nobody else",
)
OLD = Problem(
    Unsupported.code,
    "3CX {version} is older than the supported {floor}: nothing is read from it",
    "upgrade 3CX first: a current v18 build, or better v20; plan an hour of downtime and 3CX's standard upgrade",
)


def said(problem: Problem, **values: object) -> Problem:
    """The problem with its message filled in."""
    return dataclasses.replace(problem, message=problem.message.format(**values))


def diagnose(seen: Seen) -> Iterator[Problem]:
    """Every problem that what was seen proves; what was not seen proves nothing."""
    yield from _rights(seen)
    role = OWNERS.get(seen.role or "")
    if role and seen.history == 200:
        yield said(TOO_MUCH, role=role)
    if seen.extensions_total and seen.extensions_seen is not None and seen.extensions_seen < seen.extensions_total:
        yield said(SEES_PART, evidence=f"{seen.extensions_seen} of {seen.extensions_total} extensions")
    if seen.licence_active is False:
        yield LICENCE_EXPIRED
    if seen.licence_records is False:
        yield LICENCE_WITHOUT_RECORDING
    if seen.maintenance_ended:
        yield MAINTENANCE_EXPIRED
    if seen.recording_stopped or seen.quota_reached:
        yield RECORDING_STOPPED
    if seen.clock_skew_seconds is not None and abs(seen.clock_skew_seconds) > CLOCK_SKEW_SECONDS:
        yield said(CLOCK, seconds=round(seen.clock_skew_seconds))


def _rights(seen: Seen) -> Iterator[Problem]:
    no_list, no_audio = seen.listing in {401, 403}, seen.download is False
    if seen.quick == 403 and seen.history == 403 and no_list:
        yield IP_RESTRICTED
    elif seen.history == 404:
        yield NO_API
    elif seen.history in {401, 403}:
        yield NO_RIGHTS if no_list else NO_HISTORY
    elif seen.history == 200 and (no_list or no_audio):
        yield NO_RECORDINGS
