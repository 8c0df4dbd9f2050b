"""3CX version numbers: `MAJOR.MINOR.UPDATE.BUILD`, compared as numbers (v18 reference §6)."""

from __future__ import annotations

import re
from functools import total_ordering
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_DOTTED = re.compile(r"^\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?\s*$")
_WORDS = re.compile(r"(\d+)(?:\.(\d+))?\s+update\s+(\d+)(?:\D+build\s+(\d+))?", re.IGNORECASE)


@total_ordering
class Version:
    """One version; missing parts count as 0. `20.0.10.1621 > 20.0.9.995`."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[int, ...]) -> None:
        self.parts = (*parts, 0, 0, 0, 0)[:4]

    @classmethod
    def parse(cls, text: str) -> Version:
        """`18.0.6.908` or `18.0 Update 6 (Build 908)`.

        Raises:
            ValueError: No version; an unknown version is not an old one, so nobody should guess.
        """
        match = _DOTTED.match(text) or _WORDS.search(text)
        if not match:
            raise ValueError(f"{text!r} is no 3CX version; write one such as 18.0.6.908")
        return cls(tuple(int(part or 0) for part in match.groups()))

    @property
    def major(self) -> int:
        """18, 20, …."""
        return self.parts[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.parts == other.parts

    def __lt__(self, other: Version) -> bool:
        return self.parts < other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __str__(self) -> str:
        return ".".join(str(part) for part in self.parts)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, Version) else cls.parse(str(value))
        )
