"""Cells of tables that a reader sorts: what they say differs by language, what they are sorted by does not."""

from __future__ import annotations


class Sorted(str):
    """What a cell says. `by`: what it is sorted by, a number or an ISO 8601 time; null: it is not known."""

    by: float | str | None

    def __new__(cls, said: str, by: float | str | None) -> Sorted:
        """`said` with `by` beside it."""
        made = super().__new__(cls, said)
        made.by = by
        return made
