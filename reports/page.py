"""The full page: the mail's figures with pictures, and the rows behind each figure."""

from __future__ import annotations

from typing import Any

from trunkline.config import Agency
from trunkline.reports import account_view, agency_view, palette, render, rows, sheets, tallies, words
from trunkline.reports.account import AccountFigures, Reading
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.charts import accounts, days, heat, paint, recordings, strip, texts, waits, weeks
from trunkline.reports.charts.chart import Chart
from trunkline.reports.play import Plays
from trunkline.reports.sheets import Sheet

Files = list[tuple[str, str]]
_CHARTS = {"paints": paint.PAINTS, "chart_table": texts.TABLE}


def account_page(f: AccountFigures, agency: Agency, calls: Sheet, callers: Sheet, files: Files, plays: Plays) -> str:
    """One account's page: one file, no request to anywhere unless somebody plays a recording."""
    values = account_view.shared(f, agency)
    coverage = f.now.coverage
    values |= _CHARTS | {
        "files": files,
        "call_back": [
            (one.caller, one.note, one.tries, one.last_try, one.waited) for one in rows.call_backs(f, "page")
        ],
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
        note = texts.HEAT_NOTE.format(outside=outside).rstrip()
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
    when = {"started_local": "When", "caller": "Caller", "caller_name": "Name"}
    return [
        (
            "missed",
            sheets.on_page(
                missed,
                "Missed calls",
                {
                    **when,
                    "miss_reason": "Lost because",
                    "wait_seconds": "Waited (s)",
                    "short_abandon": "Hung up early",
                    "in_hours": "In hours",
                    "queue": "Queue",
                    "number_called": "Number called",
                    "first_time": "First time",
                },
                plays,
            ),
        ),
        (
            "callers",
            sheets.on_page(
                callers,
                "Missed callers",
                {
                    "caller": "Caller",
                    "tries": "Tries",
                    "first_missed_local": "First try",
                    "last_missed_local": "Last try",
                    "state": "State",
                    "call_back_by_local": "To call by",
                    "first_attempt_local": "Called back",
                    "reached_local": "Spoke",
                    "call_back_now": "Call now",
                },
            ),
        ),
        (
            "coverage",
            sheets.on_page(
                gaps,
                "Calls without a verified recording",
                {
                    **when,
                    "direction": "Direction",
                    "answered_by": "Answered by",
                    "talk_seconds": "Talk (s)",
                    "audio_seconds": "Audio (s)",
                    "recording_state": "State",
                    "recording_cause": "Cause",
                    "recording_evidence": "Evidence",
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
        "started_local": "When",
        "caller": "Caller",
        "caller_name": "Name",
        "direction": "Direction",
        "answered_by": "Answered by",
        "talk_seconds": "Talk (s)",
        "audio_seconds": "Audio (s)",
    }
    return [("recorded", sheets.on_page(spoken.where("recorded", True), "Calls with a recording", columns, plays))]


def _reading(pbx: Reading, timezone: str) -> tuple[Any, ...]:
    until = words.moment(words.at(pbx.complete_until, timezone)) if pbx.complete_until else "never"
    read = words.percent(pbx.read_share) if pbx.is_read else "not read"
    counts = (pbx.rows, pbx.legs, pbx.duplicates, pbx.quarantined, pbx.calls)
    return (pbx.pbx_id, pbx.version, until, read, pbx.failed_windows, *(counts if pbx.is_read else [None] * 5))


def agency_page(f: AgencyFigures, files: Files) -> str:
    """The agency's page: all accounts, all that is to be mended."""
    values = agency_view.shared(f)
    grid = heat.grid_of(one for account in f.accounts for one in account.heat)
    lost = f.total.volumes.lost
    values |= _CHARTS | {
        "files": files,
        "mend_rows": [(one.where, one.message, one.mend) for one in values["mends"]],
        "dots": accounts.accounts(f.worst_first),
        "heat": heat.heat_map(grid, texts.AGENCY_HEAT_NOTE, palette.AGENCY_TIMES) if lost else None,
        "tally": tallies.agency_line(f),
        "reading_rows": [
            (one.account.name, *_reading(pbx, one.account.timezone)) for one in f.worst_first for pbx in one.reading
        ],
    }
    return render.templates().get_template("agency_page.html.j2").render(values)
