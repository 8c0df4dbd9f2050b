"""What the mail and the page of one account share, in words."""

from __future__ import annotations

from typing import Any

from trunkline.config import Agency
from trunkline.reports import definitions, present, rows, tallies, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.kpis import account_context, kpis


def shared(f: AccountFigures, agency: Agency) -> dict[str, Any]:
    """The values that both templates name."""
    found = kpis(f.now, account_context(f))
    lead = present.sentence(f)
    hours = present.hour_table(f)
    return {
        "f": f,
        "subject": subject(f),
        "preheader": f"{lead} {found[0].value} {found[0].label}, {found[2].value} {found[2].label}.",
        "kicker": f.account.name,
        "title": f.period.title,
        "meta": _meta(f, agency),
        "warnings": [*present.completeness(f), *([f.restated] if f.restated else [])],
        "lead": lead,
        "kpis": found,
        "hours": hours,
        "heat_note": _heat_note(f, hours),
        "outside": _outside(f, hours),
        "lost_note": "Missed calls without those that hung up early. A call that rang on two phones counts at both.",
        "recordings_note": _recordings_note(f),
        "causes": rows.causes(f),
        "terms": definitions.terms([f.account]),
    }


def subject(f: AccountFigures) -> str:
    """`Acme Dental: 4 callers never called back, week of 9–15 Nov 2026`."""
    never = f.now.callbacks.never_returned
    if not f.is_read:
        news = "not read"
    elif never:
        news = f"{words.count(never, 'caller')} never called back"
    else:
        news = words.count(f.now.volumes.lost, "missed call") if f.now.volumes.offered else "no calls"
    return words.one_line(f"{f.account.name}: {news}, {words.inside(f.period.title)}")


def _meta(f: AccountFigures, agency: Agency) -> str:
    read = sum(pbx.is_read for pbx in f.reading)
    until = f.complete_until
    known = f"Read to {words.moment(words.at(until, f.account.timezone))}" if until else "Nothing read yet"
    answered = f"{read} of {words.count(len(f.reading), 'PBX', 'PBXs')} answered"
    return f"{known}; {answered}. Times in {f.account.timezone}. Report by {agency.name}."


def _heat_note(f: AccountFigures, hours: present.HourTable) -> str:
    each = "" if hours.hours_each == 1 else f" Each column is {hours.hours_each} hours."
    opening = "in opening hours as set in the PBX" if f.has_pbx_hours else "in opening hours"
    if hours.outside is None:
        return f"Calls missed per weekday and hour. No opening hours are set for this account.{each}"
    return f"Calls missed per weekday and hour, {opening}.{each}"


def _outside(f: AccountFigures, hours: present.HourTable) -> str:
    if hours.outside is None:
        return ""
    early = f.now.volumes.short_abandons
    hung_up = f" Not shown: {words.count(early, 'caller')} who hung up early." if early else ""
    return f"Outside opening hours and on holidays: {words.count(hours.outside, 'missed call')}.{hung_up}"


def _recordings_note(f: AccountFigures) -> str:
    """The coverage in one sentence, and what is not in it."""
    found = f.now.coverage
    if not found.judged and not found.eligible:
        return "No call of this period was to be recorded."
    if not found.judged:
        due = words.count(found.eligible, "call")
        return f"No recording could be judged: {due} should be recorded, and of none it is known."
    covered, judged = words.number(found.covered), words.number(found.judged)
    said = [f"{covered} of {judged} calls that should be recorded have a verified recording."]
    if found.spoken_rate is not None:
        known = words.number(found.spoken - found.not_known)
        rate = words.percent(found.spoken_rate)
        said.append(f"Of all {known} calls in which people spoke and whose recording is known of, {rate} have one.")
    if found.unmeasured:
        of = words.number(found.unmeasured)
        said.append(f"Of {of} only the file was checked, not its length: their PBX tells no talk time.")
    if found.paused:
        shorter = words.count(found.paused, "call")
        said.append(f"{shorter} of these shorter than the talk, where agents pause the recording.")
    if found.pending:
        said.append(f"{words.number(found.pending)} pending.")
    if found.unknown:
        said.append(f"{words.number(found.unknown)} not known: neither covered nor missing.")
    return " ".join(said)


def foot(f: AccountFigures) -> list[str]:
    """Counts that tie out, how long it took to call back, and what cannot be known."""
    volumes, lines = f.now.volumes, tallies.lines(f)
    if f.now.callbacks.median_callback_seconds is not None:
        lines.append(_time_to_call_back(f))
    if volumes.withheld:
        missed = words.count(volumes.withheld, "missed call")
        lines.append(f"{missed} from withheld numbers: nobody can call them back.")
    if volumes.waits_unknown:
        missed = words.count(volumes.waits_unknown, "missed call")
        lines.append(f"{missed} without a known wait: counted as missed, not as short.")
    if volumes.removed:
        lines.append(
            f"Of {words.count(volumes.removed, 'call')} the caller is no longer kept (retention): shown as removed."
        )
    if volumes.recordings_removed:
        lines.append(
            f"Of {words.count(volumes.recordings_removed, 'call')} the recording is no longer kept (retention)."
        )
    if f.lake_since:
        since = words.at(f.lake_since, f.account.timezone)
        reach = f"{words.day(since)} {since.year}"
        lines.append(f"The lake reaches back to {reach}: a first-time caller is one not seen since then.")
    return lines


def _time_to_call_back(f: AccountFigures) -> str:
    calls = f.now.callbacks
    half, nine = words.span(calls.median_callback_seconds), words.span(calls.p90_callback_seconds)
    text = f"Time to call back: half within {half}, nine in ten within {nine}"
    if calls.median_callback_open_seconds is not None:
        half, nine = words.span(calls.median_callback_open_seconds), words.span(calls.p90_callback_open_seconds)
        text += f" (in opening hours: {half} and {nine})"
    return text + "."
