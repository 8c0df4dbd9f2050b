"""Every message of the reports is in every catalog, with its places, and none is there that nobody says."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from trunkline import fields
from trunkline.reports.language import SOURCE

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "reports" / "locale"
LANGUAGES = sorted(set(get_args(fields.Language)) - {SOURCE})
SAME_AS_ENGLISH: dict[str, set[str]] = {
    "de": {"%(start)s–%(end)s min", "%(start)s–%(end)s s", "Audio (s)", "CSV", "Name", "PDF", "Text", "Version"},
}


@cache
def said() -> Catalog:
    """The messages that the code and the templates say, found as `make messages` finds them."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(one["pattern"], one["method"]) for one in mappings]
    options = {one["pattern"]: {k: v for k, v in one.items() if k not in {"pattern", "method"}} for one in mappings}
    found, keywords = Catalog(), {**DEFAULT_KEYWORDS, "N_": None}
    for path, _line, message, _comments, context in extract_from_dir(
        ROOT / "reports", methods, options, keywords, strip_comment_tags=True
    ):
        found.add(message, locations=[(path, 1)], context=context)
    return found


def catalog(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "trunkline.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(of: Catalog) -> list[Message]:
    return [one for one in of if one.id]


def keys(of: Catalog) -> set[tuple[object, object]]:
    return {(one.context, one.id) for one in messages(of)}


def texts(one: Message) -> tuple[str, ...]:
    return (one.id,) if isinstance(one.id, str) else tuple(one.id)


def strings(one: Message) -> tuple[str, ...]:
    return (one.string,) if isinstance(one.string, str) else tuple(one.string)


def test_every_language_of_the_config_has_a_catalog() -> None:
    assert LANGUAGES
    assert sorted(path.name for path in LOCALE.iterdir()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_has_every_message_and_no_other(language: str) -> None:
    found = catalog(language)
    assert len(messages(said())) > 100
    assert keys(said()) - keys(found) == set(), "run `make messages`"
    assert keys(found) - keys(said()) == set(), "run `make messages`"
    assert found.obsolete == {}
    assert [one.id for one in messages(found) if one.fuzzy] == []
    assert [one.id for one in messages(found) if not all(strings(one))] == []
    assert [
        one.id for one in messages(found) if isinstance(one.id, tuple) and len(strings(one)) != found.num_plurals
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_places(language: str) -> None:
    found = catalog(language)
    assert [(one.id, error) for one in messages(found) for error in one.check(found)] == []
    for one in messages(found):
        places = {name for text in texts(one) for name in names(text)}
        assert all(set(names(text)) == places for text in strings(one)), one.id


def names(text: str) -> list[str]:
    """The places of a message, by filling it."""

    class Seen(dict[str, str]):
        def __missing__(self, name: str) -> str:
            found.append(name)
            return ""

    found: list[str] = []
    assert "%(" not in text % Seen()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_reads_as_in_english_is_so_on_purpose(language: str) -> None:
    same = {text for one in messages(catalog(language)) for text in strings(one) if text in texts(one)}
    assert {text for text in same if any(map(str.isalpha, re.sub(r"%\(\w+\)s", "", text)))} == SAME_AS_ENGLISH[language]
