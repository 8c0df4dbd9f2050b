"""What a period is called, to a reader. Pure."""

from __future__ import annotations

import datetime as dt

from trunkline.periods import Period
from trunkline.reports import formats
from trunkline.reports.language import _, ngettext


def title(period: Period) -> str:
    """`Week of 9–15 Nov 2026`, `October 2026`, `Sun 1 Nov 2026`, `1 Nov – 7 Dec 2026`."""
    return _("Week of %(days)s", days=_days(period)) if period.kind == "week" else _named(period)


def inside(period: Period) -> str:
    """The same inside a sentence: `week of 9–15 Nov 2026`."""
    return _("week of %(days)s", days=_days(period)) if period.kind == "week" else _named(period)


def this(period: Period) -> str:
    """When something happened: `this week`."""
    if period.kind == "week":
        return _("this week")
    if period.kind == "month":
        return _("this month")
    return _("on this day") if period.kind == "day" else _("in this period")


def before(period: Period) -> str:
    """What it is compared with: `the week before`."""
    if period.kind == "week":
        return _("the week before")
    if period.kind == "month":
        return _("the month before")
    if period.kind == "day":
        return _("the day before")
    return ngettext("the %(num)s day before", "the %(num)s days before", len(period.days))


def _named(period: Period) -> str:
    if period.kind == "month":
        return formats.date(period.first, "yMMMM")
    return formats.date(period.first, "yMMMEd") if period.kind == "day" else _days(period)


def _days(period: Period) -> str:
    return formats.days(period.first, period.end - dt.timedelta(days=1))
