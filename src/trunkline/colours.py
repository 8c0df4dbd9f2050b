"""Whether text can be read on its ground: the contrast of two colours, by WCAG 2. Pure; colours are `#rrggbb`."""

from __future__ import annotations

import re

LEAST_CONTRAST = 4.5
"""What WCAG asks of small text (1.4.3, level AA)."""

WHITE, BLACK = "#ffffff", "#000000"
GROUND, DARK_GROUND = "#eef0f3", "#232933"
"""What reports are written on where it is hardest to read: the darkest of the light grounds, the lightest dark one."""


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white), whichever of the two is the ink."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_readable(ink: str, ground: str) -> bool:
    """Whether small text of that ink can be read on that ground."""
    return contrast(ink, ground) >= LEAST_CONTRAST


def readable(colour: str, ground: str) -> str:
    """The colour, or where it cannot be read on that ground the nearest on its way to black or white that can."""
    for step in range(256):
        for end in (BLACK, WHITE):
            mixed = _mixed(colour, end, step / 255)
            if is_readable(mixed, ground):
                return mixed
    raise AssertionError("black or white can be read on every colour")  # 4.58 : 1 at least


def ink_on(ground: str) -> str:
    """White or black, whichever is read more easily on that ground."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, ground))


def _mixed(one: str, other: str, share: float) -> str:
    """`one` with that share of `other` in it."""
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_parts(one), _parts(other), strict=True))


def _parts(colour: str) -> tuple[int, int, int]:
    if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"{colour!r} is not a colour #rrggbb")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it (with sRGB's own threshold, 0.04045, that its erratum names)."""
    linear = [
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
