"""What the mail and the page of one account share, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trunkline.config import Agency
from trunkline.reports import definitions, formats, present, rows, tallies, titles, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.figures import Coverage, Volumes
from trunkline.reports.kpis import Kpi, account_context, kpis
from trunkline.reports.language import _, ngettext


def shared(f: AccountFigures, agency: Agency) -> dict[str, Any]:
    """The values that both templates name."""
    found = kpis(f.now, account_context(f))
    lead = present.sentence(f)
    hours = present.hour_table(f)
    return {
        "f": f,
        "subject": subject(f),
        "preheader": preheader(lead, found),
        "kicker": f.account.name,
        "title": titles.title(f.period),
        "meta": _meta(f, agency),
        "warnings": [*present.completeness(f), *([f.restated] if f.restated else [])],
        "lead": lead,
        "kpis": found,
        "hours": hours,
        "heat_note": _heat_note(f, hours),
        "outside": _outside(f, hours),
        "lost_note": _("Missed calls without those that hung up early. A call that rang on two phones counts at both."),
        "recordings_note": _recordings_note(f),
        "causes": rows.causes(f),
        "terms": definitions.terms([f.account]),
    }


def subject(f: AccountFigures) -> str:
    """`Acme Dental: 4 callers never called back, week of 9–15 Nov 2026`."""
    said = _("%(account)s: %(news)s, %(period)s", account=f.account.name, news=_news(f), period=titles.inside(f.period))
    return words.one_line(said)


def _news(f: AccountFigures) -> str:
    never, volumes = f.now.callbacks.never_returned, f.now.volumes
    if not f.is_read:
        return _("not read")
    if never:
        return ngettext("%(num)s caller never called back", "%(num)s callers never called back", never)
    if not volumes.offered:
        return _("no calls")
    return ngettext("%(num)s missed call", "%(num)s missed calls", volumes.lost)


def preheader(lead: str, found: Sequence[Kpi]) -> str:
    """What a list of mails shows beside the subject: the news and two figures."""
    missed, _never, covered = found
    return _(
        "%(lead)s %(missed)s %(missed_label)s, %(covered)s %(covered_label)s.",
        lead=lead,
        missed=missed.value,
        missed_label=missed.label,
        covered=covered.value,
        covered_label=covered.label,
    )


def _meta(f: AccountFigures, agency: Agency) -> str:
    read, until, pbxs = sum(pbx.is_read for pbx in f.reading), f.complete_until, len(f.reading)
    known = _("Nothing read yet")
    if until:
        known = _("Read to %(time)s", time=words.moment(words.at(until, f.account.timezone)))
    return _(
        "%(known)s; %(answered)s. Times in %(timezone)s. Report by %(agency)s.",
        known=known,
        answered=answered(read, pbxs),
        timezone=f.account.timezone,
        agency=agency.name,
    )


def answered(read: int, pbxs: int) -> str:
    """`2 of 3 PBXs answered`."""
    return ngettext(
        "%(read)s of %(num)s PBX answered", "%(read)s of %(num)s PBXs answered", pbxs, read=words.number(read)
    )


def _heat_note(f: AccountFigures, hours: present.HourTable) -> str:
    if hours.outside is None:
        said = _("Calls missed per weekday and hour. No opening hours are set for this account.")
    elif f.has_pbx_hours:
        said = _("Calls missed per weekday and hour, in opening hours as set in the PBX.")
    else:
        said = _("Calls missed per weekday and hour, in opening hours.")
    each = _("Each column is %(hours)s hours.", hours=hours.hours_each)
    return said if hours.hours_each == 1 else f"{said} {each}"


def _outside(f: AccountFigures, hours: present.HourTable) -> str:
    if hours.outside is None:
        return ""
    early = f.now.volumes.short_abandons
    said = ngettext(
        "Outside opening hours and on holidays: %(num)s missed call.",
        "Outside opening hours and on holidays: %(num)s missed calls.",
        hours.outside,
    )
    hung_up = ngettext(
        "Not shown: %(num)s caller who hung up early.", "Not shown: %(num)s callers who hung up early.", early
    )
    return f"{said} {hung_up}" if early else said


def _recordings_note(f: AccountFigures) -> str:
    """The coverage in one sentence, and what is not in it."""
    found = f.now.coverage
    if not found.judged and not found.eligible:
        return _("No call of this period was to be recorded.")
    if not found.judged:
        return ngettext(
            "No recording could be judged: %(num)s call should be recorded, and of none it is known.",
            "No recording could be judged: %(num)s calls should be recorded, and of none it is known.",
            found.eligible,
        )
    said = [
        _(
            "%(covered)s of %(judged)s calls that should be recorded have a verified recording.",
            covered=words.number(found.covered),
            judged=words.number(found.judged),
        )
    ]
    if found.spoken_rate is not None:
        said.append(
            _(
                "Of all %(known)s calls in which people spoke and whose recording is known of, %(rate)s have one.",
                known=words.number(found.spoken - found.not_known),
                rate=words.percent(found.spoken_rate),
            )
        )
    return " ".join([*said, *_apart(found)])


def _apart(found: Coverage) -> list[str]:
    """What the coverage does not tell of, or tells less of."""
    said = []
    if found.unmeasured:
        of = words.number(found.unmeasured)
        said.append(
            _("Of %(calls)s only the file was checked, not its length: their PBX tells no talk time.", calls=of)
        )
    if found.paused:
        said.append(
            ngettext(
                "%(num)s call of these shorter than the talk, where agents pause the recording.",
                "%(num)s calls of these shorter than the talk, where agents pause the recording.",
                found.paused,
            )
        )
    if found.pending:
        said.append(_("%(calls)s pending.", calls=words.number(found.pending)))
    if found.unknown:
        said.append(_("%(calls)s not known: neither covered nor missing.", calls=words.number(found.unknown)))
    return said


def foot(f: AccountFigures) -> list[str]:
    """Counts that tie out, how long it took to call back, and what cannot be known."""
    volumes, lines = f.now.volumes, tallies.lines(f)
    if f.now.callbacks.median_callback_seconds is not None:
        lines.append(_time_to_call_back(f))
    if volumes.withheld:
        lines.append(
            ngettext(
                "%(num)s missed call from withheld numbers: nobody can call them back.",
                "%(num)s missed calls from withheld numbers: nobody can call them back.",
                volumes.withheld,
            )
        )
    if volumes.waits_unknown:
        lines.append(
            ngettext(
                "%(num)s missed call without a known wait: counted as missed, not as short.",
                "%(num)s missed calls without a known wait: counted as missed, not as short.",
                volumes.waits_unknown,
            )
        )
    return [*lines, *_no_longer_kept(volumes), *_reach(f)]


def _no_longer_kept(volumes: Volumes) -> list[str]:
    lines = []
    if volumes.removed:
        lines.append(
            ngettext(
                "Of %(num)s call the caller is no longer kept (retention): shown as removed.",
                "Of %(num)s calls the caller is no longer kept (retention): shown as removed.",
                volumes.removed,
            )
        )
    if volumes.recordings_removed:
        lines.append(
            ngettext(
                "Of %(num)s call the recording is no longer kept (retention).",
                "Of %(num)s calls the recording is no longer kept (retention).",
                volumes.recordings_removed,
            )
        )
    return lines


def _reach(f: AccountFigures) -> list[str]:
    if not f.lake_since:
        return []
    since = words.at(f.lake_since, f.account.timezone)
    reach = formats.date(since, "yMMMEd")
    return [_("The lake reaches back to %(day)s: a first-time caller is one not seen since then.", day=reach)]


def _time_to_call_back(f: AccountFigures) -> str:
    calls = f.now.callbacks
    half, nine = words.span(calls.median_callback_seconds), words.span(calls.p90_callback_seconds)
    if calls.median_callback_open_seconds is None:
        return _("Time to call back: half within %(half)s, nine in ten within %(nine)s.", half=half, nine=nine)
    return _(
        "Time to call back: half within %(half)s, nine in ten within %(nine)s"
        " (in opening hours: %(open_half)s and %(open_nine)s).",
        half=half,
        nine=nine,
        open_half=words.span(calls.median_callback_open_seconds),
        open_nine=words.span(calls.p90_callback_open_seconds),
    )
