"""Every ink can be read on its ground, in the light and in the dark."""

from __future__ import annotations

import pytest

from trunkline.reports.palette import DARK, LEAST_CONTRAST, LIGHT, RAMP, contrast


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#1d2430", "#1d2430", 1.0),
        ("#777777", "#ffffff", 4.48),  # the well-known grey that just fails
        ("#767676", "#FFFFFF", 4.54),  # and the one that just passes
        ("#d9621e", "#ffffff", 3.67),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert round(contrast(one, other), 2) == ratio


@pytest.mark.parametrize("wrong", ["#fff", "red", "1d2430", "#1d24300", "#1d243g", ""])
def test_no_contrast_of_what_is_no_colour(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a colour #rrggbb"):
        contrast(wrong, "#ffffff")


def test_every_ink_can_be_read_on_its_ground() -> None:
    ramp = [pair for one in RAMP for pair in ((one.fill, one.ink), (one.dark_fill, one.dark_ink))]
    pairs = [*ramp, *LIGHT.pairs, *DARK.pairs]
    assert len(pairs) == 12 + 2 * 13
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < LEAST_CONTRAST} == {}
