"""Counts that tie out, as lines of text: rows received = legs + duplicates + quarantined; calls = activities."""

from __future__ import annotations

from trunkline.reports import words
from trunkline.reports.account import AccountFigures, Delivery, Reading
from trunkline.reports.agency import AgencyFigures
from trunkline.reports.language import _, ngettext


def lines(figures: AccountFigures) -> list[str]:
    """One line for each PBX that was read and for each CRM."""
    calls = figures.now.volumes.calls
    return [_rows(pbx) for pbx in figures.reading if pbx.is_read] + [_sent(crm, calls) for crm in figures.deliveries]


def _rows(pbx: Reading) -> str:
    return _(
        "%(pbx)s: %(received)s %(sign)s %(legs)s + %(duplicates)s + %(quarantined)s quarantined;"
        " %(calls)s in this period.",
        pbx=pbx.pbx_id,
        received=_received(pbx.rows),
        sign="=" if pbx.ties_out else "≠",
        legs=ngettext("%(num)s leg", "%(num)s legs", pbx.legs),
        duplicates=ngettext("%(num)s duplicate", "%(num)s duplicates", pbx.duplicates),
        quarantined=words.number(pbx.quarantined),
        calls=_calls(pbx.calls),
    )


def _received(rows: int) -> str:
    return ngettext("%(num)s row received", "%(num)s rows received", rows)


def _calls(calls: int) -> str:
    return ngettext("%(num)s call", "%(num)s calls", calls)


def _sent(crm: Delivery, calls: int) -> str:
    not_sent = calls - crm.calls
    parts = (
        crm.delivered and _("%(calls)s delivered", calls=words.number(crm.delivered)),
        crm.pending and _("%(calls)s pending", calls=words.number(crm.pending)),
        crm.skipped and _("%(calls)s skipped", calls=words.number(crm.skipped)),
        crm.failed_calls and _("%(calls)s failed", calls=words.number(crm.failed_calls)),
        not_sent and _("%(calls)s not sent", calls=words.number(not_sent)),
    )
    said = ", ".join(part for part in parts if part) or _("0 sent")
    return _("%(crm)s: %(calls)s = %(said)s.", crm=crm.crm_id, calls=_calls(calls), said=said)


def agency_line(figures: AgencyFigures) -> str:
    """The accounts' tallies in one line."""
    pbxs = [pbx for one in figures.accounts for pbx in one.reading]
    rows, calls = sum(pbx.rows for pbx in pbxs), sum(pbx.calls for pbx in pbxs)
    uneven = sum(not pbx.ties_out for pbx in pbxs)
    verdict = _("every row is accounted for")
    if uneven:
        verdict = ngettext("%(num)s PBX not accounted for", "%(num)s PBXs not accounted for", uneven)
    said = _(
        "%(received)s, %(calls)s in the lake; %(verdict)s.",
        received=_received(rows),
        calls=_calls(calls),
        verdict=verdict,
    )
    sent = [crm for one in figures.accounts for crm in one.deliveries]
    return f"{said} {_in_crms(sent)}" if sent else said


def _in_crms(sent: list[Delivery]) -> str:
    return _(
        "Logged in CRMs: %(delivered)s delivered, %(skipped)s skipped, %(failed)s failed.",
        delivered=words.number(sum(crm.delivered for crm in sent)),
        skipped=words.number(sum(crm.skipped for crm in sent)),
        failed=words.number(sum(crm.failed_calls for crm in sent)),
    )
