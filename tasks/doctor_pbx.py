"""What `doctor` says of a PBX that answered: version, rights, licence, recordings, clock."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.models import Probe
from trunkline.tasks.work import Site

_STATES = {True: "ok", False: "fail", None: "unknown"}
NOT_TOLD = "the PBX does not tell"
OLD_GENERATION = "v18 gets maintenance only, plan to move to v20"


@dataclass(frozen=True)
class Check:
    """One thing looked at. `state`: ok, warn, fail, or unknown where nobody could look; `code` names it to programs."""

    part: str
    what: str
    state: str
    said: str = ""
    mend: str = ""

    @property
    def code(self) -> str:
        """`what` as one word."""
        return self.what.replace(" ", "_")


def pbx_checks(site: Site, found: Probe) -> list[Check]:
    """One line for each thing that was looked at; what is wrong with it, and the mending, are the probe's problems."""
    return [
        Check(site.where, what, state, said)
        for what, state, said in (
            _version(found),
            ("call history", _STATES[found.can_history], "" if found.can_history is not None else NOT_TOLD),
            _list(found),
            ("recording download", _STATES[found.can_download_recordings], _download(found)),
            _licence(site, found),
            _transcription(found),
            _kept(found),
            _quota(found),
            _clock(found),
        )
    ]


def _version(found: Probe) -> tuple[str, str, str]:
    if found.supported is None:
        return "version", "unknown", f"{found.version or NOT_TOLD}: not known, so not taken for old ({found.surface})"
    support = f"; {OLD_GENERATION}" if found.surface != "xapi20" else ""
    return "version", "ok", f"3CX {found.version}, through {found.surface}{support}"


def _list(found: Probe) -> tuple[str, str, str]:
    by_rows = found.surface == "xapi18" and found.can_list_recordings
    said = "v18 has no list: the call log names them" if by_rows else ""
    return "recording list", _STATES[found.can_list_recordings], said


def _download(found: Probe) -> str:
    if found.can_download_recordings is not None:
        return ""
    return "nothing to try it on" + (" without the list" if found.can_list_recordings is False else " yet")


def _licence(site: Site, found: Probe) -> tuple[str, str, str]:
    calls = f", {found.max_simultaneous_calls} simultaneous calls" if found.max_simultaneous_calls else ""
    said = f"{found.licence or NOT_TOLD}{calls}, {site.pbx.hosting}"
    if site.pbx.hosting == "express":
        said += "; for more than light use a paid annual licence is needed: callers beyond the limit are turned away"
        return "licence", "warn", said
    return "licence", {False: "fail", None: "unknown", True: "ok"}[found.licence_active], said


def _transcription(found: Probe) -> tuple[str, str, str]:
    if found.surface in {"console18", "xapi18"}:
        return "transcription", "ok", "not offered by this PBX: v18 has none"
    said = {True: "on", False: "off", None: NOT_TOLD}[found.transcription]
    return "transcription", "unknown" if found.transcription is None else "ok", said


def _kept(found: Probe) -> tuple[str, str, str]:
    if found.surface != "xapi20":
        return "recordings on the PBX", "unknown", NOT_TOLD
    days = found.auto_delete_days
    return "recordings on the PBX", "ok", "kept for ever" if days is None else f"deleted after {days} days"


def _quota(found: Probe) -> tuple[str, str, str]:
    stopped = found.recording_stopped or found.quota_reached
    used = f"{found.used_megabytes} of {found.quota_megabytes} MB used" if found.quota_megabytes else ""
    if stopped is None:
        return "recording quota", "unknown", used or NOT_TOLD
    return "recording quota", "fail" if stopped else "ok", used


def _clock(found: Probe) -> tuple[str, str, str]:
    if found.clock_skew_seconds is None:
        return "clock", "unknown", NOT_TOLD
    is_off = any(problem.code == "clock" for problem in found.problems)
    seconds = round(found.clock_skew_seconds)
    said = f"{abs(seconds)} s {'ahead' if seconds > 0 else 'behind'}" if abs(seconds) > 1 else "right"
    return "clock", "warn" if is_off else "ok", said
