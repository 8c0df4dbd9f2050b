"""Counts that tie out, as lines of text: rows received = legs + duplicates + quarantined; calls = activities."""

from __future__ import annotations

from trunkline.reports import words
from trunkline.reports.account import AccountFigures
from trunkline.reports.agency import AgencyFigures


def lines(figures: AccountFigures) -> list[str]:
    """Counts that tie out: rows received = legs + duplicates + quarantined; calls = activities."""
    lines = []
    for pbx in figures.reading:
        if pbx.is_read:
            sign = "=" if pbx.ties_out else "≠"
            lines.append(
                f"{pbx.pbx_id}: {words.count(pbx.rows, 'row')} received {sign} {words.count(pbx.legs, 'leg')} + "
                f"{words.count(pbx.duplicates, 'duplicate')} + {words.number(pbx.quarantined)} quarantined; "
                f"{words.count(pbx.calls, 'call')} in this period."
            )
    calls = figures.now.volumes.calls
    for crm in figures.deliveries:
        parts = [
            ("delivered", crm.delivered),
            ("pending", crm.pending),
            ("skipped", crm.skipped),
            ("failed", crm.failed_calls),
        ]
        parts.append(("not sent", calls - crm.calls))
        said = ", ".join(f"{words.number(amount)} {word}" for word, amount in parts if amount)
        lines.append(f"{crm.crm_id}: {words.count(calls, 'call')} = {said or '0 sent'}.")
    return lines


def agency_line(figures: AgencyFigures) -> str:
    """The accounts' tallies in one line."""
    pbxs = [pbx for one in figures.accounts for pbx in one.reading]
    uneven = sum(not pbx.ties_out for pbx in pbxs)
    rows, calls = sum(pbx.rows for pbx in pbxs), sum(pbx.calls for pbx in pbxs)
    crm = [delivery for one in figures.accounts for delivery in one.deliveries]
    return (
        f"{words.count(rows, 'row')} received, {words.count(calls, 'call')} in the lake; "
        f"{'every row is accounted for' if not uneven else f'{uneven} PBXs do not tie out'}. "
        f"Logged in CRMs: {words.number(sum(one.delivered for one in crm))} delivered, "
        f"{words.number(sum(one.skipped for one in crm))} skipped, {words.number(sum(one.failed_calls for one in crm))} failed."
    )
