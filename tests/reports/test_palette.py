"""Every ink can be read on its ground, in the light and in the dark."""

from __future__ import annotations

from trunkline.colours import LEAST_CONTRAST, contrast
from trunkline.reports.palette import DARK, LIGHT, RAMP


def test_every_ink_can_be_read_on_its_ground() -> None:
    ramp = [pair for one in RAMP for pair in ((one.fill, one.ink), (one.dark_fill, one.dark_ink))]
    pairs = [*ramp, *LIGHT.pairs, *DARK.pairs]
    assert len(pairs) == 12 + 2 * 13
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < LEAST_CONTRAST} == {}
