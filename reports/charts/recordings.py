"""Calls that should be recorded as one bar, by what became of their recording."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from trunkline.reports import reasons, words
from trunkline.reports.charts import svg, texts
from trunkline.reports.charts.paint import State, state
from trunkline.reports.figures import Coverage

_TALL = 30
_LEAST_LETTER = 3.5  # percent of the width in which a letter has room


@dataclass(frozen=True)
class Part:
    """Calls of one reason."""

    state: State
    said: str
    calls: int


def counts(coverage: Coverage) -> Counter[str]:
    """All calls in which people spoke, by `reasons.reason`."""
    found = Counter({reasons.COVERED: coverage.covered, reasons.PENDING: coverage.pending})
    for one in (*coverage.causes, *coverage.unknown_causes, *coverage.not_eligible):
        found[one.label] += one.calls
    return +found


def parts(coverage: Coverage) -> list[Part]:
    """Of the calls that should be recorded: covered, each cause, pending, not known; none of them empty."""
    labels = [
        reasons.COVERED,
        *(one.label for one in coverage.causes),
        reasons.PENDING,
        *(one.label for one in coverage.unknown_causes),
    ]
    found = counts(coverage)
    said = {reasons.COVERED: texts.COVERED, reasons.PENDING: texts.PENDING}
    return [
        Part(state(label), said.get(label) or words.CAUSES.get(label, (label, ""))[0], found[label])
        for label in labels
        if found[label]
    ]


def bar(coverage: Coverage) -> Markup:
    """As wide as the calls that should be recorded; a part with room carries its letter."""
    x, shapes = 0.0, []
    for one in parts(coverage):
        width = one.calls / coverage.eligible * 100
        title = texts.BAR_PART.format(said=one.said, calls=words.count(one.calls, "call"))
        shapes.append(svg.rect(x, 0, max(width - 0.3, 0.2), _TALL, one.state.paint, title))
        if width >= _LEAST_LETTER:
            shapes.append(svg.text(x + width / 2, 20, one.state.letter, one.state.paint))
        x += width
    said = texts.BAR_NAME_LONG.format(calls=words.count(coverage.eligible, "call"))
    return svg.chart("recordings", _TALL, texts.BAR_NAME, said, shapes)
