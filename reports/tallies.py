"""Counts that tie out, as lines of text: rows received = legs + duplicates + quarantined; calls = activities."""

from __future__ import annotations

from trunkline.reports import words
from trunkline.reports.account import AccountFigures, Delivery, Reading
from trunkline.reports.agency import AgencyFigures


def lines(figures: AccountFigures) -> list[str]:
    """One line for each PBX that was read and for each CRM."""
    calls = figures.now.volumes.calls
    return [_rows(pbx) for pbx in figures.reading if pbx.is_read] + [_sent(crm, calls) for crm in figures.deliveries]


def _rows(pbx: Reading) -> str:
    parts = (
        f"{words.count(pbx.legs, 'leg')} + {words.count(pbx.duplicates, 'duplicate')} + {pbx.quarantined} quarantined"
    )
    sign = "=" if pbx.ties_out else "≠"
    received, calls = words.count(pbx.rows, "row"), words.count(pbx.calls, "call")
    return f"{pbx.pbx_id}: {received} received {sign} {parts}; {calls} in this period."


def _sent(crm: Delivery, calls: int) -> str:
    parts = (
        ("delivered", crm.delivered),
        ("pending", crm.pending),
        ("skipped", crm.skipped),
        ("failed", crm.failed_calls),
        ("not sent", calls - crm.calls),
    )
    said = ", ".join(f"{words.number(amount)} {word}" for word, amount in parts if amount)
    return f"{crm.crm_id}: {words.count(calls, 'call')} = {said or '0 sent'}."


def agency_line(figures: AgencyFigures) -> str:
    """The accounts' tallies in one line."""
    pbxs = [pbx for one in figures.accounts for pbx in one.reading]
    rows, calls = words.count(sum(pbx.rows for pbx in pbxs), "row"), words.count(sum(pbx.calls for pbx in pbxs), "call")
    uneven = sum(not pbx.ties_out for pbx in pbxs)
    verdict = f"{words.count(uneven, 'PBX', 'PBXs')} not accounted for" if uneven else "every row is accounted for"
    sent = [crm for one in figures.accounts for crm in one.deliveries]
    delivered, skipped, failed = (
        words.number(sum(getattr(crm, state) for crm in sent)) for state in ("delivered", "skipped", "failed_calls")
    )
    crms = f" Logged in CRMs: {delivered} delivered, {skipped} skipped, {failed} failed." if sent else ""
    return f"{rows} received, {calls} in the lake; {verdict}.{crms}"
