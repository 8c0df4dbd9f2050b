"""Shapes of a chart as inline SVG. Across, everything is in percent of the width; upright, in pixels.

So a chart fills the page and a phone alike, and its text keeps its size; below `least_width` pixels its box scrolls.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from trunkline.reports.charts.paint import PAINTS
from trunkline.reports.palette import LIGHT

_SVG = Markup(
    '<svg class="chart" width="100%" height="{height}" style="min-width:{least}px;height:{height}px" role="img"'
    ' aria-labelledby="{name}-title {name}-desc" font-family="system-ui, Arial, sans-serif" font-size="12">'
    '<title id="{name}-title">{title}</title><desc id="{name}-desc">{desc}</desc>{parts}</svg>'
)
_TEXT = Markup('<text x="{}%" y="{:g}" dx="{:g}" text-anchor="{}" class="{}" fill="{}"{}>{}</text>')
_RECT = Markup('<rect x="{}%" y="{:g}" width="{}%" height="{:g}"{}>{}</rect>')
_LINE = Markup('<line x1="{}%" x2="{}%" y1="{:g}" y2="{:g}" class="{}" stroke="{}"{}/>')
_DOT = Markup('<circle cx="{}%" cy="{:g}" r="{:g}" class="{}" fill="{}" stroke="{}" stroke-width="2">{}</circle>')
_PATTERN = Markup(
    '<defs><pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="{}" fill="{}"/>'
    '<line x1="0" x2="0" y1="0" y2="6" class="{}" stroke="{}" stroke-width="{}"/></pattern></defs>'
)
_INKS = {"axis": LIGHT.mute, "total": LIGHT.text, "": LIGHT.text}
_STROKES = {"rule": LIGHT.rule, "mark": LIGHT.text, "s-missed": PAINTS["missed"].fill}
_BOLD = Markup(' font-weight="700"')
_DASHED = Markup(' stroke-dasharray="4 3"')


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
    return _TEXT.format(_percent(x), y, dx, anchor, cls, colour, bold, content)


def rect(x: float, y: float, width: float, height: float, paint: str, title: str = "") -> Markup:
    """`paint`: its name, or `url(#…)`, the pattern of this chart; `title` shows under the pointer."""
    is_pattern = paint.startswith("url(")
    look = Markup(' fill="{}"').format(paint if is_pattern else PAINTS[paint].fill)
    if not is_pattern:
        look += Markup(' class="p-{}"').format(paint)
    return _RECT.format(_percent(x), y, _percent(width), height, look, _tip(title))


def frame(x: float, y: float, width: float, height: float, *, dashed: bool = False) -> Markup:
    """An outline without a fill."""
    look = Markup(' class="frame" fill="none" stroke="{}"').format(LIGHT.mute) + (_DASHED if dashed else "")
    return _RECT.format(_percent(x), y, _percent(width), height, look, "")


def line(x1: float, y1: float, x2: float, y2: float, cls: str = "rule", *, dashed: bool = False) -> Markup:
    """`cls`: `rule`, `mark` (thick, of the text's colour) or `s-missed`."""
    width = {"rule": 1, "mark": 3, "s-missed": 2}[cls]
    more = Markup(' stroke-width="{}"').format(1.5 if dashed else width) + (_DASHED if dashed else "")
    return _LINE.format(_percent(x1), _percent(x2), y1, y2, cls, _STROKES[cls], more)


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


def _tip(title: str) -> Markup | str:
    return Markup("<title>{}</title>").format(title) if title else ""


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
