"""What opens an alert, what keeps it open and what ends it. Pure; the figures are found by `trunkline.reports.alerts`.

An alert is of one kind and one subject (a PBX, a number of a PBX, a caller's episode) and open once at most. A subject
of which nothing is known now has no finding, and then nothing changes: unknown is neither wrong nor mended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from trunkline.fields import Address
from trunkline.table import Table

Kind = Literal["coverage_fell", "recording_switched_off", "pbx_silent", "caller_waiting"]
State = Literal["wrong", "holds", "clear", "past"]
OVER, NOT_WATCHED = "over", "not_watched"


def _threshold(value: object) -> object:
    if value is True:
        raise ValueError("write a number, or false to switch it off")
    return value


Threshold = Annotated[float, BeforeValidator(_threshold), Field(ge=0, allow_inf_nan=False)]


class Alerts(Table):
    """`[agency.alerts]`, and what of it an account sets otherwise in `[account.alerts]`; 0 or false: no such alerts.

    `to`: who is mailed, null for the agency's `report_to`. `callers_to_account`: the account's `report_to` is told of
    waiting callers too.
    """

    coverage_fell_points: Annotated[Threshold, Field(le=100)] = 10
    recording_switched_off: bool = True
    silent_hours: Threshold = 6
    waiting_hours: Threshold = 8
    to: tuple[Address, ...] | None = None
    callers_to_account: bool = False

    def with_those_of(self, account: Alerts) -> Alerts:
        """These, with what the account's own table sets."""
        return self.model_copy(update={key: getattr(account, key) for key in account.model_fields_set})

    def watches(self, kind: Kind) -> bool:
        """Whether alerts of a kind are wanted."""
        return bool(
            {
                "coverage_fell": self.coverage_fell_points,
                "recording_switched_off": self.recording_switched_off,
                "pbx_silent": self.silent_hours,
                "caller_waiting": self.waiting_hours,
            }[kind]
        )


@dataclass(frozen=True)
class Finding:
    """How a subject stands now. `wrong` opens an alert, `holds` only keeps one open, `clear` ends it, and with `past`
    nobody waits for its end any longer.

    `steady`: for how long it must stay clear, lest what comes and goes be mailed each time. `evidence`: figures of
    JSON types, never a caller's number: retention must not have to look for it here.
    """

    kind: Kind
    subject: str
    account_id: str
    pbx_id: str | None
    state: State
    evidence: Mapping[str, Any] = field(default_factory=dict)
    steady: dt.timedelta = dt.timedelta()


@dataclass(frozen=True)
class Alert:
    """A row of the table `alerts`. `evidence` is of its opening, `closing` of its end; times in UTC."""

    alert_id: str
    account_id: str
    pbx_id: str | None
    kind: Kind
    subject: str
    opened_at: dt.datetime
    evidence: Mapping[str, Any]
    clear_since: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    ending: str | None = None
    closing: Mapping[str, Any] | None = None
    mailed_at: dt.datetime | None = None
    closed_mailed_at: dt.datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Kind and subject: what is open once at most."""
        return self.kind, self.subject

    def closed(self, now: dt.datetime, ending: str, evidence: Mapping[str, Any]) -> Alert:
        """The same alert, ended."""
        return replace(self, closed_at=now, ending=ending, closing=evidence)


def judge(
    open_alerts: Sequence[Alert], findings: Iterable[Finding], is_watched: Callable[[Alert], bool], now: dt.datetime
) -> list[Alert]:
    """The alerts that are new or changed: opened, clear or no longer clear, closed."""
    is_open = {one.key: one for one in open_alerts}
    changed = {one.key: one.closed(now, NOT_WATCHED, {}) for one in open_alerts if not is_watched(one)}
    for found in findings:
        key = found.kind, found.subject
        if key in changed:
            continue
        before = is_open.get(key)
        after = _opened(found, now) if before is None else _gone_on(before, found, now)
        if after is not None and after != before:
            changed[key] = after
    return list(changed.values())


def _opened(found: Finding, now: dt.datetime) -> Alert | None:
    if found.state != "wrong":
        return None
    alert_id = f"{found.kind}:{found.subject}@{now.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return Alert(alert_id, found.account_id, found.pbx_id, found.kind, found.subject, now, found.evidence)


def _gone_on(alert: Alert, found: Finding, now: dt.datetime) -> Alert:
    if found.state == "past":
        return alert.closed(now, NOT_WATCHED, found.evidence)
    if found.state != "clear":
        return replace(alert, clear_since=None)
    clear = replace(alert, clear_since=alert.clear_since or now)
    is_over = now - (clear.clear_since or now) >= found.steady
    return clear.closed(now, OVER, found.evidence) if is_over else clear
