"""What a mail prints: its texts piece by piece, and its tables by their caption."""

from __future__ import annotations

from html.parser import HTMLParser


class Printed(HTMLParser):
    """`texts`: each piece of text a reader sees outside of `tables`; `tables`: caption → rows of cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._path: list[str] = []
        self._rows: list[list[str]] | None = None
        self._inner = 0  # tables within the one that is read: bars
        self.feed(html)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"meta", "br"}:
            return
        self._path.append(tag)
        if self._rows is None:
            return
        if tag == "table":
            self._inner += 1
        elif tag == "tr" and not self._inner:
            self._rows.append([])
        elif tag in {"td", "th"} and not self._inner:
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._path.pop() == tag
        if tag == "table" and self._inner:
            self._inner -= 1
        elif tag == "table":
            self._rows = None

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or self._path[-1] == "style":
            return
        if self._path[-1] == "caption":
            self._rows = self.tables[text] = []
        elif self._rows is None:
            self.texts.append(text)
        elif self._rows and self._rows[-1]:
            self._rows[-1][-1] += f"\n{text}" if self._rows[-1][-1] else text
