"""What a correction of the mail of the period before says. Pure; `restated` finds out whether there is one."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.periods import Period
from trunkline.reports import formats, words
from trunkline.reports.headline import Headline
from trunkline.reports.kpis import unknown
from trunkline.reports.language import N_, _, ngettext

_MOST_NAMES = 5
_MAILED = {
    "day": N_("The mail of the day before said %(figures)s: %(cause)s."),
    "week": N_("The mail of the week before said %(figures)s: %(cause)s."),
    "month": N_("The mail of the month before said %(figures)s: %(cause)s."),
    "days": N_("The mail of the days before said %(figures)s: %(cause)s."),
}
_UNREAD = {
    "day": N_("The day before could not be read when its mail was sent. It is now: %(figures)s."),
    "week": N_("The week before could not be read when its mail was sent. It is now: %(figures)s."),
    "month": N_("The month before could not be read when its mail was sent. It is now: %(figures)s."),
    "days": N_("The days before could not be read when their mail was sent. They are now: %(figures)s."),
}
_ROWS, _RECORDINGS = "rows", "recordings"
_CAUSES = {  # what came late, and whether settings are the same
    (True, False, True): N_("rows that came late"),
    (False, True, True): N_("recordings that came late"),
    (True, True, True): N_("rows and recordings that came late"),
    (True, False, False): N_("rows that came late, or settings that were changed"),
    (False, True, False): N_("recordings that came late, or settings that were changed"),
    (True, True, False): N_("rows and recordings that came late, or settings that were changed"),
}


def differences(then: Headline, now: Headline) -> list[tuple[str, str]]:
    """What differs as printed: `12 missed calls (now 14)`, and what came late."""
    lost = ngettext(
        "%(num)s missed call (now %(now)s)", "%(num)s missed calls (now %(now)s)", then.lost, now=words.number(now.lost)
    )
    coverage = _("%(then)s recording coverage (now %(now)s)", then=then.coverage, now=now.coverage)
    if then.coverage == unknown():
        coverage = _("unknown recording coverage (now %(now)s)", now=now.coverage)
    found = (
        (lost, then.lost != now.lost, _ROWS),
        (_never(then, now), then.never != now.never, _ROWS),
        (coverage, then.coverage != now.coverage, _RECORDINGS),
    )
    return [(said, late) for said, differs, late in found if differs]


def _never(then: Headline, now: Headline) -> str:
    if then.never == unknown():
        return _("an unknown number of callers never called back (now %(now)s)", now=now.never)
    if then.never == "1":
        return _("1 caller never called back (now %(now)s)", now=now.never)
    return _("%(then)s callers never called back (now %(now)s)", then=then.never, now=now.never)


def correction(
    period: Period, then: Headline | None, now: Headline | None, *, same_rules: bool, where: Sequence[str] = ()
) -> str:
    """`The mail of the week before said 12 missed calls (now 14): rows that came late.` Empty where nothing differs.

    `then`: as mailed, null where nothing was read; `where`: the accounts that changed.
    """
    kind = period.kind
    if now is None:
        return ""
    if then is None:
        return _(_UNREAD[kind], figures=_together(now))
    found = differences(then, now)
    if not found:
        return ""
    late = {one for _said, one in found}
    cause = _(_CAUSES[_ROWS in late, _RECORDINGS in late, same_rules])
    if where:
        cause = f"{cause} ({words.first_few(where, _MOST_NAMES)})"
    return _(_MAILED[kind], figures=formats.together([said for said, _late in found]), cause=cause)


def _together(now: Headline) -> str:
    lost = ngettext("%(num)s missed call", "%(num)s missed calls", now.lost)
    return _(
        "%(lost)s, callers never called back: %(never)s, recording coverage: %(coverage)s",
        lost=lost,
        never=now.never,
        coverage=now.coverage,
    )
