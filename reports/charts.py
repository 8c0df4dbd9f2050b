"""Pictures for the page, as inline SVG: no script, no library, colours from the page's style sheet.

Each says its news in `aria-label` and has a table under it on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from trunkline.reports import palette, words
from trunkline.reports.account import Day, Heat, Wait
from trunkline.reports.figures import Coverage

_CELL, _HEAD = 30, 46


_SVG = Markup('<svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">{3}</svg>')
_TEXT = Markup('<text x="{:g}" y="{:g}" text-anchor="{}" class="{}">{}</text>')
_RECT = Markup('<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" class="{}">{}</rect>')
_TITLE = Markup("<title>{}</title>")
_RULE = Markup('<line x1="0" x2="{0}" y1="{1}" y2="{1}" class="rule"/>')


def _svg(width: int, height: int, label: str, parts: Iterable[Markup]) -> Markup:
    return _SVG.format(width, height, label, Markup("").join(parts))


def _text(x: float, y: float, content: object, cls: str = "", anchor: str = "middle") -> Markup:
    return _TEXT.format(x, y, anchor, cls, content)


def _rect(x: float, y: float, width: float, height: float, cls: str, title: str = "") -> Markup:
    return _RECT.format(x, y, width, height, cls, _TITLE.format(title) if title else "")


def heat_grid(heat: Sequence[Heat]) -> list[list[int]]:
    """Seven rows of 24 counts, in and out of hours together."""
    grid = [[0] * 24 for _ in words.WEEKDAYS]
    for one in heat:
        grid[one.weekday - 1][one.hour] += one.calls
    return grid


def heat_map(grid: Sequence[Sequence[int]], times: int = 1) -> Markup:
    """Weekday × hour with totals; steps on fixed thresholds, the number in every cell."""
    parts = [_text(_HEAD + (hour + 0.5) * _CELL, 14, hour, "axis") for hour in range(24)]
    for row, name in enumerate(words.WEEKDAYS):
        y = 20 + row * _CELL
        parts.append(_text(_HEAD - 8, y + 20, name, "label", "end"))
        for hour, calls in enumerate(grid[row]):
            index = palette.step(calls, times)
            title = f"{name} {hour}:00–{hour + 1}:00: {words.count(calls, 'missed call')}"
            parts.append(_rect(_HEAD + hour * _CELL + 1, y + 1, _CELL - 2, _CELL - 2, f"h{index}", title))
            parts.append(_text(_HEAD + (hour + 0.5) * _CELL, y + 20, calls or "·", f"k{index}"))
        parts.append(_text(_HEAD + 24 * _CELL + 24, y + 20, words.number(sum(grid[row])), "total"))
    bottom = 20 + 7 * _CELL + 20
    parts += [
        _text(_HEAD + (hour + 0.5) * _CELL, bottom, sum(row[hour] for row in grid) or "", "total") for hour in range(24)
    ]
    total = sum(map(sum, grid))
    parts.append(_text(_HEAD + 24 * _CELL + 24, bottom, words.number(total), "total"))
    return _svg(_HEAD + 24 * _CELL + 50, bottom + 8, f"{total} missed calls by weekday and hour", parts)


def trend(days: Sequence[Day]) -> Markup:
    """Offered and missed per day, missed drawn into offered; a day that was not read says so."""
    step, height, base = (72 if len(days) <= 10 else 34), 170, 150
    top = max((one.offered or 0 for one in days), default=0) or 1
    parts = [_RULE.format(step * len(days), base)]
    for index, one in enumerate(days):
        x, middle = index * step + 5, (index + 0.5) * step
        parts.append(_text(middle, base + 15, f"{one.day:%a} {one.day.day}" if step > 40 else one.day.day, "axis"))
        if one.offered is None:
            parts.append(_text(middle, base - 8, "not read" if step > 40 else "?", "label"))
            continue
        lost = one.lost or 0
        tall, small = one.offered / top * 118, lost / top * 118
        title = f"{words.day(one.day)}: {words.count(one.offered, 'call')} offered, {lost} missed"
        parts.append(_rect(x, base - tall, step - 10, tall, "offered", title))
        parts.append(_rect(x, base - small, step - 10, small, "missed", title))
        said = f"{words.number(lost)} of {words.number(one.offered)}" if step > 40 else lost
        parts.append(_text(middle, base - tall - 6, said, "label"))
    return _svg(step * max(len(days), 1), height, "Calls offered and missed per day", parts)


def wait_steps(waits: Sequence[Wait]) -> list[tuple[str, int, int]]:
    """Every step of the wait with its calls answered and missed, also those without any."""
    found = {one.from_seconds: one for one in waits}
    edges = (0, 10, 20, 30, 60, 120, 300)
    names = ("under 10 s", "10–20 s", "20–30 s", "30–60 s", "1–2 min", "2–5 min", "over 5 min")
    return [
        (name, found[edge].answered if edge in found else 0, found[edge].missed if edge in found else 0)
        for edge, name in zip(edges, names, strict=True)
    ]


def wait_bars(waits: Sequence[Wait]) -> Markup:
    """How long callers waited: answered and missed side by side."""
    steps = wait_steps(waits)
    top = max(max(answered, missed) for _name, answered, missed in steps) or 1
    parts = [_RULE.format(700, 150)]
    for index, (name, answered, missed) in enumerate(steps):
        x = index * 100 + 14
        for offset, calls, cls, word in ((0, answered, "offered", "answered"), (37, missed, "missed", "missed")):
            tall = calls / top * 118
            parts.append(_rect(x + offset, 150 - tall, 34, tall, cls, f"{name}: {calls} {word}"))
            parts.append(_text(x + offset + 17, 144 - tall, words.number(calls), "label"))
        parts.append(_text(x + 36, 166, name, "axis"))
    return _svg(700, 172, "How long callers waited, answered and missed", parts)


def coverage_parts(coverage: Coverage) -> list[tuple[str, str, int]]:
    """Class, words and calls: covered, the five commonest causes, other causes, pending, not known."""
    parts = [("c0", "verified recording", coverage.covered)]
    parts += [
        (f"c{index}", words.CAUSES.get(one.label, (one.label, ""))[0], one.calls)
        for index, one in enumerate(coverage.causes[:5], start=1)
    ]
    other = sum(one.calls for one in coverage.causes[5:])
    parts += [
        ("c6", "other causes", other),
        ("c7", "pending", coverage.pending),
        ("c8", "not known", coverage.unknown),
    ]
    return [part for part in parts if part[2]]


def coverage_bar(coverage: Coverage) -> Markup:
    """Calls that should be recorded as one bar, by what became of their recording; its legend is the table."""
    x, parts = 0.0, []
    for cls, name, calls in coverage_parts(coverage):
        width = calls / coverage.eligible * 700
        parts.append(_rect(x, 0, max(width - 2, 1), 26, cls, f"{name}: {words.count(calls, 'call')}"))
        x += width
    return _svg(700, 26, "Calls that should be recorded, by what became of the recording", parts)
