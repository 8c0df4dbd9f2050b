"""Where names go beside dots, so that none lies on another or leaves the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTHS = (340, 936)  # pixels: the picture on a phone, and on the widest page
_LETTER, _HIGH, _AWAY = 6.6, 15, 9


@dataclass(frozen=True)
class Dot:
    """A point (`x` in percent, `y` in pixels) and its name."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class Label:
    """A name to the right (`start`) or left (`end`) of its dot; the baseline is `y`."""

    dot: Dot
    anchor: str
    y: float

    def box(self, width: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels, in a picture of this width."""
        x, long = self.dot.x / 100 * width, len(self.dot.name) * _LETTER
        left = x + _AWAY if self.anchor == "start" else x - _AWAY - long
        return left, self.y - 11, left + long, self.y - 11 + _HIGH


def placed(named: Sequence[Dot], dots: Sequence[Dot]) -> list[Label]:
    """Names in order of importance; one that has no free place is left out. `dots`: what no name may cover."""
    found: list[Label] = []
    for dot in named:
        places = (Label(dot, anchor, dot.y + down) for down in (4, -6, 16) for anchor in ("start", "end"))
        free = next((place for place in places if all(_is_free(place, found, dots, width) for width in WIDTHS)), None)
        if free:
            found.append(free)
    return found


def _is_free(label: Label, taken: Sequence[Label], dots: Sequence[Dot], width: float) -> bool:
    left, top, right, bottom = label.box(width)
    if left < 0 or right > width or top < 0:
        return False
    others = [one.box(width) for one in taken]
    others += [
        (at - 6, dot.y - 6, at + 6, dot.y + 6) for dot in dots for at in [dot.x / 100 * width] if dot != label.dot
    ]
    return not any(left < r and right > x and top < b and bottom > y for x, y, r, b in others)
