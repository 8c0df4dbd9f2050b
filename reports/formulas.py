"""Each figure of a report with the formula that reckons it from the rows of the same workbook."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.reports.figures import Slice
from trunkline.reports.language import _
from trunkline.reports.sheets import Sheet

Number = float | int | None


@dataclass(frozen=True)
class Line:
    """A figure: its name, its value, and the formula that reckons it from the rows; rates as a share."""

    name: str
    value: Number
    formula: str
    is_rate: bool = False


def lines(now: Slice, calls: Sheet, callers: Sheet) -> list[Line]:
    """Every figure of the report with its formula. A rate is blank where it is not known."""
    volumes, back, found = now.volumes, now.callbacks, now.coverage
    judged = [
        _count(calls, eligible=True, recording_state=state) for state in ("verified", "paused", "mismatch", "missing")
    ]
    short, offered, missed = (
        _count(calls, short_abandon=True),
        _count(calls, direction="inbound"),
        _count(calls, outcome="missed"),
    )
    not_known = [_count(calls, recorded=False, recording_state=state) for state in ("pending", "unknown")]
    known = "-".join([_count(calls, people_spoke=True), *not_known])
    return [
        Line(_("Calls from outside (offered)"), volumes.offered, offered),
        Line(_("Answered by a person"), volumes.answered, _count(calls, outcome="answered")),
        Line(_("Missed"), volumes.missed, missed),
        Line(_("Short abandons"), volumes.short_abandons, short),
        _rate(_("Missed-call rate"), volumes.missed_rate, f"{missed}-{short}", f"{offered}-{short}"),
        _rate(_("Missed-call rate with short abandons"), volumes.gross_rate, missed, offered),
        Line(_("Missed in opening hours"), volumes.lost_in_hours, _count(calls, lost=True, in_hours=True)),
        Line(_("Missed outside opening hours"), volumes.lost_outside_hours, _count(calls, lost=True, in_hours=False)),
        Line(_("Missed with a withheld number"), volumes.withheld, _count(calls, outcome="missed", caller="withheld")),
        Line(_("Missed callers with a number"), back.callers, f"COUNTA({_range(callers, 'episode_id')})"),
        Line(_("Called back in time"), back.returned, _count(callers, state="returned")),
        Line(_("Got through later"), back.self_recovered, _count(callers, state="self_recovered")),
        Line(_("Still in time"), back.still_open, _count(callers, state="open")),
        Line(_("Never called back"), back.never_returned, _count(callers, state="never_returned")),
        Line(_("To call back now"), back.to_call, _count(callers, call_back_now=True)),
        _quantile(_("Seconds to call back, half within"), back.median_callback_seconds, callers, 0.5),
        _quantile(_("Seconds to call back, nine in ten within"), back.p90_callback_seconds, callers, 0.9),
        Line(_("Calls in which people spoke"), found.spoken, _count(calls, people_spoke=True)),
        Line(_("of these recorded"), found.recorded, _count(calls, recorded=True)),
        Line(_("Calls that should be recorded"), found.eligible, _count(calls, eligible=True)),
        Line(_("of these verified"), found.verified, judged[0]),
        Line(_("shorter because it was paused"), found.paused, judged[1]),
        Line(_("of another length"), found.mismatch, judged[2]),
        Line(_("missing"), found.missing, judged[3]),
        Line(_("pending"), found.pending, _count(calls, eligible=True, recording_state="pending")),
        Line(_("not known"), found.unknown, _count(calls, eligible=True, recording_state="unknown")),
        *(
            Line(
                _("missing or not known: %(cause)s", cause=one.label),
                one.calls,
                _count(calls, eligible=True, coverage_cause=one.label),
            )
            for one in (*found.causes, *found.unknown_causes)
        ),
        _rate(_("Recording coverage"), found.rate, "+".join(judged[:2]), "+".join(judged)),
        _rate(_("Coverage of all calls in which people spoke"), found.spoken_rate, _count(calls, recorded=True), known),
        Line(_("Recorded although the policy says no"), found.recorded_in_error, _count(calls, recorded_in_error=True)),
    ]


def _rate(name: str, value: float | None, part: str, whole: str) -> Line:
    return Line(name, value, f'IFERROR(({part})/({whole}),"")', is_rate=True)


def _quantile(name: str, value: float | None, callers: Sheet, share: float) -> Line:
    return Line(name, value, f'IFERROR(PERCENTILE({_range(callers, "seconds_to_callback")},{share}),"")')


def _range(sheet: Sheet, head: str) -> str:
    from xlsxwriter.utility import quote_sheetname, xl_col_to_name

    letter = xl_col_to_name(sheet.heads.index(head))
    return f"{quote_sheetname(sheet.name)}!${letter}$2:${letter}${max(len(sheet.rows), 1) + 1}"


def _count(sheet: Sheet, **wanted: str | bool) -> str:
    tests = (
        f"{_range(sheet, head)},{str(value).upper() if isinstance(value, bool) else f'{chr(34)}{value}{chr(34)}'}"
        for head, value in wanted.items()
    )
    return f"COUNTIFS({','.join(tests)})"
