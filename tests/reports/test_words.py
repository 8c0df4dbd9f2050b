import datetime as dt
import itertools

import pytest

from trunkline.periods import Period
from trunkline.reports import palette, words


@pytest.mark.parametrize(
    ("rate", "digits", "said"),
    [
        (None, 0, "–"),
        (0, 1, "0%"),
        (1, 1, "100%"),
        (0.9999, 0, ">99%"),
        (0.99999, 1, ">99.9%"),
        (0.0001, 0, "<1%"),
        (0.0001, 1, "<0.1%"),
        (0.118, 1, "11.8%"),
        (0.746, 0, "75%"),
    ],
)
def test_only_all_is_100_and_only_none_is_0(rate: float | None, digits: int, said: str) -> None:
    assert words.percent(rate, digits) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0, "0 s"), (59.6, "1 min"), (80, "1 min 20 s"), (11400, "3 h 10 min"), (187200, "2 d 4 h")],
)
def test_spans(seconds: float | None, said: str) -> None:
    assert words.span(seconds) == said


def test_changes_say_whether_they_are_good() -> None:
    week = Period(dt.date(2026, 11, 9), dt.date(2026, 11, 16), "UTC", "week")
    assert (
        words.points(0.118, 0.13, week, lower_is_better=True, digits=1)
        == "▼ 1.2 points better than the week before (13.0%)"
    )
    assert (
        words.points(0.74, 0.75, week, lower_is_better=False, digits=0) == "▼ 1 point worse than the week before (75%)"
    )
    assert words.points(0.1181, 0.118, week, lower_is_better=True, digits=1) == "same as the week before"
    assert words.points(None, 0.118, week, lower_is_better=True, digits=1) == "no comparison with the week before"
    assert words.difference(119, 113, week) == "▲ 6 more than the week before (113)"


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("index", range(len(palette.RAMP)))
def test_every_step_of_the_ramp_can_be_read_light_and_dark(index: int) -> None:
    step = palette.RAMP[index]
    assert contrast(step.fill, step.ink) >= 4.5
    assert contrast(step.dark_fill, step.dark_ink) >= 4.5


@pytest.mark.parametrize(
    ("ink", "fill"),
    [
        ("#1d2430", "#ffffff"),
        ("#555e6b", "#ffffff"),
        ("#eef0f3", "#1b2028"),
        ("#b4bcc8", "#1b2028"),
        ("#4a3200", "#fff1d6"),
        ("#fbdcc0", "#4a2c17"),
        ("#0b57a4", "#ffffff"),
        ("#8ab4f8", "#1b2028"),
    ],
)
def test_text_can_be_read(ink: str, fill: str) -> None:
    assert contrast(ink, fill) >= 4.5


def test_the_ramp_has_fixed_thresholds() -> None:
    assert [palette.step(calls) for calls in (0, 1, 2, 3, 4, 5, 7, 8, 99)] == [0, 1, 2, 3, 3, 4, 4, 5, 5]
    assert [text for _index, text in palette.legend()] == ["1", "2", "3–4", "5–7", "8+"]
    for times in (1, palette.AGENCY_TIMES):
        for index, text in palette.legend(times):
            low, _, high = text.rstrip("+").partition("–")
            assert palette.step(int(low), times) == palette.step(int(high or low), times) == index
    assert all(a.at_least < b.at_least for a, b in itertools.pairwise(palette.RAMP))
