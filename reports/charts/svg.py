"""Shapes of a chart as inline SVG. Across, everything is in percent of the width; upright, in pixels.

So a chart fills the page and a phone alike, and its text keeps its size; below `least_width` pixels its box scrolls.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from trunkline.reports.charts.paint import PAINTS
from trunkline.reports.palette import LIGHT

_SVG = Markup(
    '<svg class="chart" width="100%" height="{height}" style="min-width:{least}px;height:{height}px" role="img"'
    ' aria-labelledby="{name}-title {name}-desc" font-family="system-ui, Arial, sans-serif" font-size="12">'
    '<title id="{name}-title">{title}</title><desc id="{name}-desc">{desc}</desc>{parts}</svg>'
)
_DOT = Markup('<circle cx="{}%" cy="{:g}" r="{:g}" class="{}" fill="{}" stroke="{}" stroke-width="2">{}</circle>')
_PATTERN = Markup(
    '<defs><pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="{}" fill="{}"/>'
    '<line x1="0" x2="0" y1="0" y2="6" class="{}" stroke="{}" stroke-width="{}"/></pattern></defs>'
)
_INKS = {"axis": LIGHT.mute, "total": LIGHT.text, "": LIGHT.text}
_STROKES = {"rule": LIGHT.rule, "mark": LIGHT.text, "s-missed": PAINTS["missed"].fill}
_BOLD = ' font-weight="700"'
_DASHED = ' stroke-dasharray="4 3"'


def chart(name: str, height: float, title: str, desc: str, parts: Iterable[Markup], least_width: float = 0) -> Markup:
    """A picture with its name and description for those who do not see it. `name` is unique on the page."""
    return _SVG.format(
        name=name, height=f"{height:g}", least=f"{least_width:g}", title=title, desc=desc, parts=Markup("").join(parts)
    )


def text(
    x: float, y: float, content: object, ink: str = "", anchor: str = "middle", dx: float = 0, more: str = ""
) -> Markup:
    """`ink`: `""`, `axis` (muted), `total` (bold), or the name of a paint on whose fill it stands.

    `more`: classes; `halo` keeps lines off the text, `alt` is left out on a phone.
    """
    on_paint = ink in PAINTS
    colour = PAINTS[ink].ink if on_paint else _INKS[ink]
    bold = _BOLD if ink == "total" else ""
    cls = " ".join(filter(None, (f"i-{ink}" if on_paint else ink, more)))
    return Markup(  # thousands of cells on some pages: Markup.format takes four times as long
        f'<text x="{_percent(x)}%" y="{y:g}" dx="{dx:g}" text-anchor="{anchor}" class="{cls}" fill="{colour}"{bold}>'
        f"{escape(content)}</text>"
    )


def rect(x: float, y: float, width: float, height: float, paint: str, title: str = "") -> Markup:
    """`paint`: its name, or `url(#…)`, the pattern of this chart; `title` shows under the pointer."""
    look = f' fill="{paint}"' if paint.startswith("url(") else f' fill="{PAINTS[paint].fill}" class="p-{paint}"'
    return _box(x, y, width, height, look, _tip(title))


def frame(x: float, y: float, width: float, height: float, *, dashed: bool = False) -> Markup:
    """An outline without a fill."""
    return _box(x, y, width, height, f' class="frame" fill="none" stroke="{LIGHT.mute}"{_DASHED if dashed else ""}')


def line(x1: float, y1: float, x2: float, y2: float, cls: str = "rule", *, dashed: bool = False) -> Markup:
    """`cls`: `rule`, `mark` (thick, of the text's colour) or `s-missed`."""
    width = {"rule": 1, "mark": 3, "s-missed": 2}[cls]
    return Markup(
        f'<line x1="{_percent(x1)}%" x2="{_percent(x2)}%" y1="{y1:g}" y2="{y2:g}" class="{cls}"'
        f' stroke="{_STROKES[cls]}" stroke-width="{1.5 if dashed else width}"{_DASHED if dashed else ""}/>'
    )


def dot(x: float, y: float, radius: float, title: str, *, hollow: bool = False) -> Markup:
    """A dot in the colour of missed calls; `hollow`: known in part only."""
    colour = PAINTS["missed"].fill
    fill, cls = (LIGHT.card, "dot hollow") if hollow else (colour, "dot")
    return _DOT.format(_percent(x), y, radius, cls, fill, colour, _tip(title))


def hatch(name: str, paint: str = "none", stripe: str = "hatch") -> tuple[Markup, str]:
    """A striped pattern and the paint that uses it. `stripe`: `hatch` (grey) or `s-missed`."""
    colour, width = (LIGHT.rule, 2) if stripe == "hatch" else (_STROKES[stripe], 4)
    made = _PATTERN.format(name, f"p-{paint}", PAINTS[paint].fill, stripe, colour, width)
    return made, f"url(#{name})"


def _box(x: float, y: float, width: float, height: float, look: str, inside: str = "") -> Markup:
    return Markup(
        f'<rect x="{_percent(x)}%" y="{y:g}" width="{_percent(width)}%" height="{height:g}"{look}>{inside}</rect>'
    )


def _tip(title: str) -> Markup | str:
    return Markup(f"<title>{escape(title)}</title>") if title else ""


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
