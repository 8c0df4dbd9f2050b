"""The language a report speaks. Its words are in `locale/LANGUAGE/LC_MESSAGES/trunkline.po`; a message is the English.

It is a whole sentence or clause with named places, `%(name)s`, filled here; a percent sign in it is `%%`, as in
the templates (Jinja's newstyle gettext). `N_` marks a message that is translated where it is used.
"""

from __future__ import annotations

import functools
import gettext as catalogs
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"
LOCALE: Traversable = files("trunkline.reports").joinpath("locale")
_WORLD = {"en": "en_001"}  # bare `en` means the United States, and writes dates as they do
_Said = TypeVar("_Said")


@dataclass(frozen=True, eq=False)
class Voice:
    """A language as one country writes it. `tag`: as HTML's `lang` takes it; `direction`: `ltr` or `rtl`."""

    language: str
    locale: Locale
    catalog: catalogs.NullTranslations

    @property
    def tag(self) -> str:
        """`de-CH`."""
        return str(self.locale).replace("_", "-")

    @property
    def direction(self) -> str:
        """Which way its text runs."""
        return str(self.locale.text_direction)


@functools.cache
def voice(language: str, country: str) -> Voice:
    """The voice of a language in a country: dates and numbers as CLDR has them there, else as the language's own."""
    return Voice(language, _locale(language, country), _catalog(language))


def _locale(language: str, country: str) -> Locale:
    try:
        return Locale.parse(f"{language}_{country}")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_WORLD.get(language, language))


@functools.cache
def _catalog(language: str) -> catalogs.NullTranslations:
    """A language's words, compiled from the text that translators edit, once in a process."""
    if language == SOURCE:
        return catalogs.NullTranslations()
    words = LOCALE.joinpath(language, "LC_MESSAGES", "trunkline.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(words), locale=language))
    compiled.seek(0)
    return catalogs.GNUTranslations(compiled)


_speaks: ContextVar[Voice | None] = ContextVar("trunkline_voice", default=None)


def speaks() -> Voice:
    """The voice of this thread or task; English as Australia writes it where none was asked for."""
    return _speaks.get() or voice(SOURCE, "AU")


@contextmanager
def speaking(language: str, country: str) -> Iterator[Voice]:
    """What is said inside is said in this language, in this thread or task alone."""
    token = _speaks.set(voice(language, country))
    try:
        yield speaks()
    finally:
        _speaks.reset(token)


def gettext(message: str) -> str:
    """The message in the language spoken, its places not filled (Jinja fills them itself)."""
    return speaks().catalog.gettext(message)


def gettext_many(one: str, many: str, amount: int) -> str:
    """The message for that many, its places not filled (Jinja fills them itself)."""
    return speaks().catalog.ngettext(one, many, amount)


def pgettext(context: str, message: str) -> str:
    """The message as it is said in that place, say the head of a narrow column, its places not filled."""
    return speaks().catalog.pgettext(context, message)


def _(message: str, /, **values: object) -> str:
    """The message in the language spoken, with its places filled."""
    return gettext(message) % values


def ngettext(one: str, many: str, amount: int, /, **values: object) -> str:
    """The message for that many; `%(num)s` is the amount as the language writes it."""
    from trunkline.reports.formats import number

    return gettext_many(one, many, amount) % {"num": number(amount), **values}


def N_(message: str) -> str:  # noqa: N802 – the name that every extractor of messages knows
    """Marks a message; it is translated where it is used."""
    return message


class Phrases(Mapping[str, _Said]):
    """English phrases by code, each said in the language spoken when it is taken out."""

    def __init__(self, english: Mapping[str, _Said], say: Callable[[_Said], _Said]) -> None:
        self._english, self._say = english, say

    def __getitem__(self, code: str) -> _Said:
        return self._say(self._english[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self._english)

    def __len__(self) -> int:
        return len(self._english)
