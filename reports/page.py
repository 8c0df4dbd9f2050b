"""The full page: the mail's figures with pictures, and the rows behind each figure."""

from __future__ import annotations

from typing import Any

from trunkline.config import Agency
from trunkline.reports import account_view, agency_view, charts, palette, render, rows, sheets, tallies, words
from trunkline.reports.account import AccountFigures, Reading
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.play import Plays
from trunkline.reports.sheets import Sheet

Files = list[tuple[str, str]]


def account_page(f: AccountFigures, agency: Agency, calls: Sheet, callers: Sheet, files: Files, plays: Plays) -> str:
    """One account's page: one file, no request to anywhere unless somebody plays a recording."""
    values = account_view.shared(f, agency)
    grid = charts.heat_grid(f.heat)
    coverage = f.now.coverage
    values |= {
        "files": files,
        "call_back": [
            (one.caller, one.note, one.tries, one.last_try, one.waited) for one in rows.call_backs(f, "page")
        ],
        "grid": grid,
        "heat_map": charts.heat_map(grid),
        "legend": palette.legend(),
        "weekdays": words.WEEKDAYS,
        "trend": charts.trend(f.trend),
        "trend_rows": [(one.day, one.offered, one.lost, one.short_abandons) for one in f.trend],
        "short_abandon": f"{f.account.missed.short_abandon_seconds:g} seconds",
        "wait_bars": charts.wait_bars(f.waits),
        "wait_rows": charts.wait_steps(f.waits),
        "waits_note": _waits_note(f),
        "lost": rows.lost(f, 15),
        "coverage_bar": charts.coverage_bar(coverage) if coverage.eligible else "",
        "coverage_parts": charts.coverage_parts(coverage),
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


def _waits_note(f: AccountFigures) -> str:
    volumes = f.now.volumes
    said = [f"longest wait of a missed call: {words.span(volumes.longest_wait_seconds)}"]
    if volumes.median_answer_seconds is not None:
        half, nine = words.span(volumes.median_answer_seconds), words.span(volumes.p90_answer_seconds)
        said.append(f"half of the answered calls within {half}, nine in ten within {nine}")
    return "; ".join(said)


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
    grids = [charts.heat_grid(one.heat) for one in f.accounts]
    grid = [[sum(grid[day][hour] for grid in grids) for hour in range(24)] for day in range(7)]
    values |= {
        "files": files,
        "mend_rows": [(one.where, one.message, one.mend) for one in values["mends"]],
        "grid": grid,
        "heat_map": charts.heat_map(grid, palette.AGENCY_TIMES),
        "legend": palette.legend(palette.AGENCY_TIMES),
        "weekdays": words.WEEKDAYS,
        "tally": tallies.agency_line(f),
        "reading_rows": [
            (one.account.name, *_reading(pbx, one.account.timezone)) for one in f.worst_first for pbx in one.reading
        ],
    }
    return render.templates().get_template("agency_page.html.j2").render(values)
