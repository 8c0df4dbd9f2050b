"""How long callers waited, answered and missed, and where hanging up stops being a short abandon."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from trunkline.reports import words
from trunkline.reports.charts import svg, texts
from trunkline.reports.charts.chart import Chart, Key
from trunkline.reports.figures import Volumes
from trunkline.reports.series import Wait, edges

_BASE, _TALL = 166, 112


def waits(found: Sequence[Wait], short_abandon_seconds: float, volumes: Volumes) -> Chart:
    """Two bars per step; calls whose wait is not known are in the table alone."""
    starts = edges(short_abandon_seconds)
    known = {one.from_seconds: one for one in found}
    steps = [
        (_name(start, end), known.get(start, Wait(start, 0, 0, 0)))
        for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]
    slot, most = 100 / len(steps), max(max(one.answered, one.missed) for _name, one in steps) or 1
    pattern, striped = svg.hatch("waits-early", "h0", "s-missed")
    parts = [pattern, svg.line(0, _BASE, 100, _BASE)]
    for index, (name, one) in enumerate(steps):
        parts += _bars(index * slot, slot, name, one, most, striped)
    line = texts.WAITS_NO_LINE
    if short_abandon_seconds:
        line = texts.WAITS_LINE.format(seconds=words.span(short_abandon_seconds))
        parts += _threshold(starts.index(short_abandon_seconds) * slot, line)
    rows = [(name, one.answered, one.missed, one.short_abandons) for name, one in steps]
    remarks = []
    if None in known:
        answered, missed = known[None].answered, known[None].missed
        rows.append((texts.WAITS_UNKNOWN, answered, missed, known[None].short_abandons))
        left_out = texts.WAITS_LEFT_OUT.format(answered=words.number(answered), missed=words.number(missed))
        remarks.append(left_out)
    return Chart(
        "waits",
        texts.WAITS_TITLE,
        texts.WAITS_NOTE,
        svg.chart(
            "waits", _BASE + 22, texts.WAITS_NAME, texts.WAITS_NAME_LONG.format(line=line), parts, len(steps) * 46
        ),
        texts.WAITS_HEADS,
        rows,
        _caption(volumes),
        [Key("offered", texts.ANSWERED), Key("missed", texts.MISSED_LATER), Key("early", texts.HUNG_UP)],
        remarks,
    )


def _bars(x: float, slot: float, name: str, one: Wait, most: int, striped: str) -> list[Markup]:
    bars = (
        (0.08, 0, one.answered, "offered", texts.ANSWERED, one.answered),
        (0.52, 0, one.missed - one.short_abandons, "missed", texts.MISSED, one.missed),
        (0.52, one.missed - one.short_abandons, one.short_abandons, striped, texts.HUNG_UP, 0),
    )
    parts = [svg.text(x + slot / 2, _BASE + 16, name, "axis")]
    for offset, below, calls, paint, kind, said in bars:
        left, tall, base = x + offset * slot, calls / most * _TALL, _BASE - below / most * _TALL
        if calls:
            title = texts.WAITS_BAR.format(step=name, calls=words.number(calls), kind=kind)
            parts.append(svg.rect(left, base - tall, 0.4 * slot, tall, paint, title))
        if said:
            parts.append(svg.text(left + 0.2 * slot, _BASE - said / most * _TALL - 5, words.number(said)))
    return parts


def _threshold(x: float, said: str) -> list[Markup]:
    anchor, away = ("start", 6) if x < 50 else ("end", -6)
    return [svg.line(x, 4, x, _BASE, "mark", dashed=True), svg.text(x, 14, said, "", anchor, away)]


def _name(start: float, end: float | None) -> str:
    """`0–10 s`, `1–2 min`, `5 min +`, `90 s – 2 min`."""
    size, unit = (60, "min") if start % 60 == 0 and start and (end is None or end % 60 == 0) else (1, "s")
    if end is None:
        return f"{start / size:g} {unit} +"
    return f"{start / size:g}–{end / size:g} {unit}"


def _caption(volumes: Volumes) -> str:
    longest = words.span(volumes.longest_wait_seconds)
    if volumes.median_answer_seconds is None:
        return texts.WAITS_CAPTION.format(longest=longest)
    half, nine = words.span(volumes.median_answer_seconds), words.span(volumes.p90_answer_seconds)
    return texts.WAITS_CAPTION_ANSWERED.format(longest=longest, half=half, nine=nine)
