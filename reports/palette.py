"""The colours of mails and pages, light and dark: each ink can be read on its ground (≥ 4.5:1, WCAG 2.2 level AA)."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.colours import DARK_GROUND, GROUND


@dataclass(frozen=True)
class Theme:
    """Colours as `#rrggbb`, each named after its use; `on_…` is the ink on that ground.

    `page` is around the `card`, which carries `text`, `mute` and `link`; `rule` parts rows, `panel` lifts a box.
    """

    page: str
    card: str
    panel: str
    text: str
    mute: str
    link: str
    rule: str
    warn: str
    on_warn: str
    good: str
    on_good: str
    gap: str
    on_gap: str
    empty: str
    on_empty: str

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (ground, ink) on which something is written."""
        inks = (self.text, self.mute, self.link)
        grounds = (self.page, self.card, self.panel)
        bars = ((self.good, self.on_good), (self.gap, self.on_gap), (self.empty, self.on_empty))
        return (*((ground, ink) for ground in grounds for ink in inks), (self.warn, self.on_warn), *bars)


LIGHT = Theme(
    page=GROUND,
    card="#ffffff",
    panel="#f6f7f9",
    text="#1d2430",
    mute="#555e6b",
    link="#0b57a4",
    rule="#e0e3e8",
    warn="#fff1d6",
    on_warn="#4a3200",
    good="#1f7a5c",
    on_good="#ffffff",
    gap="#c98a00",
    on_gap="#1d2430",
    empty="#e0e3e8",
    on_empty="#1d2430",
)
DARK = Theme(
    page="#12151a",
    card="#1b2028",
    panel=DARK_GROUND,
    text="#eef0f3",
    mute="#b4bcc8",
    link="#8ab4f8",
    rule="#333b47",
    warn="#4a2c17",
    on_warn="#fbdcc0",
    good="#3fae88",
    on_good="#12151a",
    gap="#e0a800",
    on_gap="#12151a",
    empty="#333b47",
    on_empty="#eef0f3",
)


@dataclass(frozen=True)
class Step:
    """One step of the heat-map: from how many calls, and fill and ink, light and dark."""

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
