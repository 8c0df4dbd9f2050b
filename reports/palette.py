"""The colours of the heat-map: five steps on fixed thresholds, each with an ink that can be read on it (≥ 4.5:1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: from how many calls, and fill and ink, light and dark."""

    at_least: int
    fill: str
    ink: str
    dark_fill: str
    dark_ink: str


RAMP = (
    Step(0, "#f3f4f6", "#565e6b", "#262d38", "#b4bcc8"),
    Step(1, "#fde4cc", "#3b2a1a", "#4a2c17", "#fbdcc0"),
    Step(2, "#fbc792", "#3b2a1a", "#6e3a14", "#ffe7d1"),
    Step(3, "#f59a56", "#2b1c0e", "#96480f", "#ffffff"),
    Step(5, "#b84a12", "#ffffff", "#e88a3e", "#1d1206"),
    Step(8, "#7f2a04", "#ffffff", "#ffc08a", "#1d1206"),
)
"""For one account: fixed, so that weeks and accounts can be compared."""

AGENCY_TIMES = 5
"""The agency's thresholds are the accounts' times this."""


def step(calls: int, times: int = 1) -> int:
    """The index in `RAMP` for a number of calls."""
    return max(index for index, one in enumerate(RAMP) if calls >= (one.at_least - 1) * times + 1)


def legend(times: int = 1) -> list[tuple[int, str]]:
    """Index and words of each step: `1`, `2`, `3–4`, `5–7`, `8+`."""
    lows = [(one.at_least - 1) * times + 1 for one in RAMP[1:]]
    highs = [low - 1 for low in lows[1:]]
    words = [f"{low}" if low == high else f"{low}–{high}" for low, high in zip(lows, highs, strict=False)]
    return list(enumerate([*words, f"{lows[-1]}+"], start=1))
