"""Accounts by how many calls they get and how many of them they miss."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from trunkline.reports import words
from trunkline.reports.account import AccountFigures
from trunkline.reports.charts import svg, texts
from trunkline.reports.charts.chart import Chart, nice_top, percent_of
from trunkline.reports.charts.labels import Dot, placed

LEAST_DOTS = 2
_NAMED = 3  # of the most callers never called back, and as many of the highest rates
_BASE, _TALL, _LEFT, _WIDE = 232, 200, 9, 88
_LONGEST = 24


def accounts(worst_first: Sequence[AccountFigures]) -> Chart | None:
    """A dot per account with calls; null where fewer than two have any."""
    known = [one for one in worst_first if one.is_read and one.now.volumes.missed_rate is not None]
    if len(known) < LEAST_DOTS:
        return None
    most = max(one.now.volumes.offered for one in known)
    top = nice_top(max(one.now.volumes.missed_rate or 0 for one in known))
    dots = {one.account.id: _dot(one, most, top) for one in known}
    highest = sorted(known, key=lambda one: -(one.now.volumes.missed_rate or 0))
    named = list(dict.fromkeys(dots[one.account.id] for one in (*highest[:_NAMED], *known[:_NAMED])))
    parts = _axes(most, top)
    for one in known:
        at = dots[one.account.id]
        parts.append(svg.dot(at.x, at.y, 5, _title(one), hollow=not one.is_complete))
    for label in placed(named, list(dots.values())):
        away = 9 if label.anchor == "start" else -9
        parts.append(svg.text(label.dot.x, label.y, label.dot.name, "", label.anchor, away))
    return Chart(
        "accounts",
        texts.DOTS_TITLE,
        texts.DOTS_NOTE,
        svg.chart("accounts", _BASE + 40, texts.DOTS_NAME, texts.DOTS_NAME_LONG, parts),
        texts.DOTS_HEADS,
        [_row(one) for one in worst_first],
        texts.DOTS_CAPTION,
    )


def _across(offered: float, most: float) -> float:
    """The square root keeps accounts of 10 and of 5,000 calls apart without hiding which is which."""
    return _LEFT + math.sqrt(offered / most) * _WIDE


def _dot(one: AccountFigures, most: int, top: float) -> Dot:
    volumes, name = one.now.volumes, one.account.name
    y = _BASE - (volumes.missed_rate or 0) / top * _TALL
    return Dot(_across(volumes.offered, most), y, name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")


def _axes(most: int, top: float) -> list[Markup]:
    parts = [
        svg.text(0, 14, texts.DOTS_UP, "axis", "start"),
        svg.text(100, _BASE + 34, texts.DOTS_ACROSS, "axis", "end"),
    ]
    for share in (0, 0.5, 1):
        y = _BASE - share * _TALL
        parts += [svg.line(_LEFT - 1, y, 100, y), svg.text(0, y + 4, percent_of(share * top), "axis", "start")]
    last = 200.0
    for offered in ticks(most):
        x = _across(offered, most)
        if last - x > 11:
            parts += [svg.line(x, _BASE, x, _BASE + 5), svg.text(x, _BASE + 18, words.number(offered), "axis")]
            last = x
    return parts


def ticks(most: int) -> list[int]:
    """Round numbers up to the most, falling: …, 100, 50, 20, 10, 5, 2, 1."""
    rounds = (digit * 10**power for power in range(7) for digit in (1, 2, 5))
    return sorted((one for one in rounds if one <= most), reverse=True)


def _title(one: AccountFigures) -> str:
    volumes = one.now.volumes
    rate, offered = words.percent(volumes.missed_rate, 1), words.number(volumes.offered)
    return texts.DOTS_DOT.format(account=one.account.name, offered=offered, rate=rate)


def _row(one: AccountFigures) -> tuple[object, ...]:
    if not one.is_read:
        return (one.account.name, None, None, None, None, texts.NOT_READ)
    volumes = one.now.volumes
    rate = texts.NO_CALLS if not volumes.offered else words.percent(volumes.missed_rate, 1)
    read = sum(pbx.read_share for pbx in one.reading) / len(one.reading)
    return (one.account.name, volumes.offered, volumes.short_abandons, volumes.lost, rate, words.percent(read))
