"""Colours and letters of the charts. A state is told by its letter or pattern; its colour only repeats it.

The page's style sheet has each colour as a custom property, light and dark; a shape carries the light one as an
attribute too, for what prints or shows the SVG without that sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.reports import reasons, words
from trunkline.reports.charts import texts
from trunkline.reports.palette import RAMP


@dataclass(frozen=True)
class Paint:
    """A fill and the ink on it, light and dark."""

    fill: str
    ink: str
    dark_fill: str
    dark_ink: str


PAINTS = {
    "offered": Paint("#d3dae4", "#1d2430", "#434e5e", "#eef0f3"),
    "missed": Paint("#b84a12", "#ffffff", "#e88a3e", "#1d1206"),
    "good": Paint("#cfe8dc", "#0f4a34", "#1c4637", "#c9f0df"),
    "off": Paint("#b84a12", "#ffffff", "#e88a3e", "#1d1206"),
    "gap": Paint("#74459c", "#ffffff", "#b993dc", "#1a1022"),
    "unknown": Paint("#35608f", "#ffffff", "#8fb4e0", "#0e1a28"),
    "off-pale": Paint("#fbdcc6", "#3b2a1a", "#5a3218", "#ffe7d1"),
    "gap-pale": Paint("#e5d8f0", "#33184a", "#432e57", "#efe2fa"),
    "unknown-pale": Paint("#d3e0f0", "#17304f", "#2b405c", "#dbe8f7"),
    "pending": Paint("#fff1d6", "#4a3200", "#4a3a17", "#fbe9c6"),
    "none": Paint("#f3f4f6", "#565e6b", "#262d38", "#b4bcc8"),
    **{f"h{index}": Paint(step.fill, step.ink, step.dark_fill, step.dark_ink) for index, step in enumerate(RAMP)},
}


@dataclass(frozen=True)
class State:
    """How a reason (`reasons.reason`) is drawn and said."""

    letter: str
    paint: str
    said: str


_LETTERS = {
    "mismatch": "≠",
    "not_recorded": "N",
    "purged": "D",
    "archived": "M",
    "quota": "Q",
    "licence": "L",
    "build": "B",
    "damaged": "X",
    "unexplained": "?",
}


def state(reason: str) -> State:
    """Letter, paint and words; several reasons may share one."""
    if reason == reasons.COVERED:
        return State("✓", "good", texts.COVERED)
    if reason == reasons.PENDING:
        return State("P", "pending", texts.PENDING)
    if reason in reasons.SWITCHED_OFF or reason == "policy":
        return State("S", "off", texts.SWITCHED_OFF)
    if reason == "access":
        return State("A", "unknown", words.CAUSES[reason][0])
    if reason in reasons.UNKNOWN:
        return State("U", "unknown", texts.NOT_KNOWN)
    if reason in _LETTERS:
        return State(_LETTERS[reason], "gap", words.CAUSES[reason][0])
    return State("–", "none", texts.BY_DESIGN)
