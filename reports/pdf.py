"""A report's page → PDF, with WeasyPrint: an extra, since it needs Pango, which pip does not install.

The page is printed as it is, in light colours, on the paper of the reader's country. What differs: a table is cut
after `MOST_ROWS`, since WeasyPrint needs a fifth of a second and 3 MB for a page of rows.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import re
from xml.etree import ElementTree

from trunkline.errors import ConfigError
from trunkline.reports import render

MOST_ROWS = 50  # of a table: about two pages
_MANY_COLUMNS = 12  # from here on a table is set in smaller type: hours of the day
_LETTER = frozenset({"CA", "US"})
_SVG = "{http://www.w3.org/2000/svg}"
_MEND = (
    "pip install 'trunkline[pdf]', and on Debian: "
    "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
)


def require() -> None:
    """Looks whether PDFs can be made here.

    Raises:
        ConfigError: WeasyPrint or Pango is not installed.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it would print half a page on what is missing
            import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: a shared library is absent
        raise ConfigError(f"PDFs cannot be made here: {str(error).splitlines()[0]}", mend=_MEND) from error


def pdf(html: str, country: str) -> bytes:
    """The PDF of a page, tagged for screen readers (PDF/UA-1). The same page gives the same bytes on one machine."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of every rule for screens
    page = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",)))  # the logo is inside; nobody is asked
    _prepare_pictures(page.etree_element)
    for table in page.etree_element.iter("table"):
        _fit(table)
    values = {
        "paper": "letter" if country in _LETTER else "A4",
        "title": _css_text(page.etree_element.findtext("head/title") or ""),
    }
    for head in page.etree_element.iterfind("head"):  # last, so that it has the last word
        ElementTree.SubElement(head, "style").text = render.templates().get_template("pdf.css.j2").render(values)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    content: bytes = page.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return content


def _css_text(text: str) -> str:
    """Inside a CSS string: names may hold quotes."""
    return "".join(letter if letter.isalnum() else f"\\{ord(letter):06x}" for letter in text)


def _prepare_pictures(root: ElementTree.Element) -> None:
    """Gives each picture the page's rules in light colours: WeasyPrint knows no others in a picture."""
    import tinycss2

    sheet = "".join(style.text or "" for style in root.iter("style"))
    values: dict[str, str] = {}
    rules = []
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":  # @media: the dark ones, and what a printer needs no more
            continue
        selector, content = tinycss2.serialize(rule.prelude).strip(), tinycss2.serialize(rule.content)
        if selector == ":root":
            values |= dict(re.findall(r"(--[\w-]+)\s*:\s*([^;]+)", content))
        elif selector != "svg":  # the size of the picture itself is the page's affair
            rules.append(f"{selector}{{{content}}}")
    plain = re.sub(r"var\((--[\w-]+)\)", lambda found: values.get(found[1], found[0]), "".join(rules))
    for picture in root.iter(f"{_SVG}svg"):
        ElementTree.SubElement(picture, f"{_SVG}style").text = plain


def _fit(table: ElementTree.Element) -> None:
    """Small type for many columns; no more than `MOST_ROWS`, and a word on where the others are."""
    head, body, caption = table.find("thead/tr"), table.find("tbody"), table.find("caption")
    if head is not None and len(head) > _MANY_COLUMNS:
        table.set("class", f"{table.get('class', '')} many")
    if body is None or len(body) <= MOST_ROWS:
        return
    for row in list(body)[MOST_ROWS:]:
        body.remove(row)
    if caption is not None:
        said = (caption.text or "").rstrip(".")
        kept = f"{said}. " if said and not said.startswith("The first") else ""  # that of the page: of another number
        caption.text = f"{kept}The first {MOST_ROWS}; the rest is on the full page and in the workbook."
