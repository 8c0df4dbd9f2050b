"""The full page: the mail's figures with pictures, and the rows behind each figure."""

from __future__ import annotations

from typing import Any

from trunkline.config import Agency
from trunkline.reports import account_view, agency_view, palette, render, rows, sheets, tallies, words
from trunkline.reports.account import AccountFigures, Reading
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.charts import accounts, days, heat, paint, recordings, strip, texts, waits, weeks
from trunkline.reports.charts.chart import Chart
from trunkline.reports.language import _
from trunkline.reports.play import Plays
from trunkline.reports.sheets import Sheet
from trunkline.reports.sorting import Sorted

Files = list[tuple[str, str]]


def account_page(
    f: AccountFigures,
    agency: Agency,
    calls: Sheet,
    callers: Sheet,
    files: Files,
    plays: Plays,
    place: rows.Place = "page",
) -> str:
    """One account's page: one file, no request to anywhere unless somebody plays a recording.

    `place`: as in which its numbers are shown; `calls` and `callers` are of the same.
    """
    values = account_view.shared(f, agency)
    coverage = f.now.coverage
    values |= {
        "paints": paint.PAINTS,
        "chart_table": _(texts.TABLE),
        "files": files,
        "call_back": [(one.caller, one.note, one.tries, one.last_try, one.waited) for one in rows.call_backs(f, place)],
        "charts": _account_charts(f, values["outside"]),
        "lost": rows.lost(f, 15),
        "coverage_bar": recordings.bar(coverage) if coverage.eligible else "",
        "coverage_parts": recordings.parts(coverage),
        "strip": strip.strip(f.strip, coverage, f.switched_off) if f.strip else None,
        "cause_rows": [
            (title, [(one.label, one.calls, one.mend) for one in group]) for title, group in values["causes"]
        ],
        "not_eligible": [(words.NOT_ELIGIBLE.get(one.label, one.label), one.calls) for one in coverage.not_eligible],
        "sheets": _sheets(calls, callers, plays),
        "foot": account_view.foot(f),
        "reading_rows": [_reading(pbx, f.account.timezone) for pbx in f.reading],
        "problems": [problem for pbx in f.reading for problem in pbx.problems],
    }
    return render.templates().get_template("account_page.html.j2").render(values)


def _account_charts(f: AccountFigures, outside: str) -> list[Chart]:
    """The charts of calls; none where there is nothing to compare."""
    volumes = f.now.volumes
    found = []
    if volumes.lost:
        note = " ".join(filter(None, (_(texts.HEAT_NOTE), outside)))
        unread = heat.unread_weekdays(f.trend)
        found.append(heat.heat_map(heat.grid_of(f.heat), note, 1, unread, f.open_spans))
    if volumes.offered and len(f.trend) > 1:
        found.append(days.days(f.trend))
    if sum(week.offered is not None for week in f.weeks) > 1:
        found.append(weeks.weeks(f.weeks, f.period))
    if volumes.offered:
        found.append(waits.waits(f.waits, f.account.missed.short_abandon_seconds, volumes))
    return found


def _sheets(calls: Sheet, callers: Sheet, plays: Plays) -> list[tuple[str, sheets.Shown]]:
    missed, spoken = calls.where("outcome", "missed"), calls.where("people_spoke", True)
    gaps = spoken.where("eligible", True).where("recording_state", "missing", "mismatch", "pending", "unknown")
    when = {"started_local": _("When"), "caller": _("Caller"), "caller_name": _("Name")}
    return [
        (
            "missed",
            sheets.on_page(
                missed,
                _("Missed calls"),
                {
                    **when,
                    "miss_reason": _("Lost because"),
                    "wait_seconds": _("Waited (s)"),
                    "short_abandon": _("Hung up early"),
                    "in_hours": _("In hours"),
                    "queue": _("Queue"),
                    "number_called": _("Number called"),
                    "first_time": _("First time"),
                },
                plays,
            ),
        ),
        (
            "callers",
            sheets.on_page(
                callers,
                _("Missed callers"),
                {
                    "caller": _("Caller"),
                    "tries": _("Tries"),
                    "first_missed_local": _("First try"),
                    "last_missed_local": _("Last try"),
                    "state": _("State"),
                    "call_back_by_local": _("To call by"),
                    "first_attempt_local": _("Called back"),
                    "reached_local": _("Spoke"),
                    "call_back_now": _("Call now"),
                },
            ),
        ),
        (
            "coverage",
            sheets.on_page(
                gaps,
                _("Calls without a verified recording"),
                {
                    **when,
                    "direction": _("Direction"),
                    "answered_by": _("Answered by"),
                    "talk_seconds": _("Talk (s)"),
                    "audio_seconds": _("Audio (s)"),
                    "recording_state": _("State"),
                    "recording_cause": _("Cause"),
                    "recording_evidence": _("Evidence"),
                },
                plays,
            ),
        ),
        *_recorded(spoken, plays),
    ]


def _recorded(spoken: Sheet, plays: Plays) -> list[tuple[str, sheets.Shown]]:
    """Calls with a recording to listen to: without links there is nothing to do with such a list."""
    if not plays.by_call:
        return []
    columns = {
        "started_local": _("When"),
        "caller": _("Caller"),
        "caller_name": _("Name"),
        "direction": _("Direction"),
        "answered_by": _("Answered by"),
        "talk_seconds": _("Talk (s)"),
        "audio_seconds": _("Audio (s)"),
    }
    return [("recorded", sheets.on_page(spoken.where("recorded", True), _("Calls with a recording"), columns, plays))]


def _reading(pbx: Reading, timezone: str) -> tuple[Any, ...]:
    until: str = _("never")
    if pbx.complete_until:
        local = words.at(pbx.complete_until, timezone)
        until = Sorted(words.moment(local), f"{local:%Y-%m-%dT%H:%M}")
    read = Sorted(words.percent(pbx.read_share), pbx.read_share) if pbx.is_read else _("not read")
    counts = (pbx.rows, pbx.legs, pbx.duplicates, pbx.quarantined, pbx.calls)
    return (pbx.pbx_id, pbx.version, until, read, pbx.failed_windows, *(counts if pbx.is_read else [None] * 5))


def agency_page(f: AgencyFigures, files: Files) -> str:
    """The agency's page: all accounts, all that is to be mended."""
    values = agency_view.shared(f)
    grid = heat.grid_of(one for account in f.accounts for one in account.heat)
    lost = f.total.volumes.lost
    values |= {
        "paints": paint.PAINTS,
        "chart_table": _(texts.TABLE),
        "files": files,
        "mend_rows": [(one.where, one.message, one.mend) for one in values["mends"]],
        "dots": accounts.accounts(f.worst_first),
        "heat": heat.heat_map(grid, _(texts.AGENCY_HEAT_NOTE), palette.AGENCY_TIMES) if lost else None,
        "tally": tallies.agency_line(f),
        "reading_rows": [
            (one.account.name, *_reading(pbx, one.account.timezone)) for one in f.worst_first for pbx in one.reading
        ],
    }
    return render.templates().get_template("agency_page.html.j2").render(values)
