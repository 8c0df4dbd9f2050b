"""Whom a number belongs to in Salesforce: what to search for, and what is found (CRM reference §2.3, §3). Pure."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers

from trunkline.adapters.crm.base import Contact

SOURCE = "trunkline"
_MOST = 200
_NAME_LENGTH = 80
_PHONES = {
    "Contact": ("Phone", "MobilePhone", "HomePhone", "OtherPhone"),
    "Lead": ("Phone", "MobilePhone"),
}
_KINDS = list(_PHONES)
_ONLY = {"Lead": " WHERE IsConverted = false"}  # a converted lead takes no tasks; it is a contact now


def search_for(number: str) -> str:
    """A search in phone fields for every way to write a number.

    Whether the index splits a number at its spaces is not documented: each way is searched for as one word and as a
    phrase. There are only digits and spaces in them, so nothing has to be escaped.
    """
    parsed = phonenumbers.parse(number)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    bare = phonenumbers.national_significant_number(parsed)
    with_both = f"{parsed.country_code}{_digits(national)}"  # +61 (0)412 345 678
    ways = [_digits(international), _digits(national), bare, f"00{_digits(international)}", with_both]
    ways += [re.sub(r"\D+", " ", spaced).strip() for spaced in (national, international)]
    words = " OR ".join(f'"{way}"' for way in dict.fromkeys(ways))
    kinds = ", ".join(f"{kind}(Id, CreatedDate, {', '.join(_PHONES[kind])}{_ONLY.get(kind, '')})" for kind in _KINDS)
    return f"FIND {{{words}}} IN PHONE FIELDS RETURNING {kinds} LIMIT {_MOST}"


def found_by(answer: Any) -> list[Contact]:
    """The hits of a search, contacts before leads."""
    rows = answer.get("searchRecords", []) if isinstance(answer, dict) else []
    kinds = [(row.get("attributes", {}).get("type"), row) for row in rows]
    return [_contact(kind, row) for wanted in _KINDS for kind, row in kinds if kind == wanted]


def new_contact(number: str, name: str | None) -> dict[str, str]:
    """A contact that says where it came from. Which part of a name is the last is not guessed."""
    named = name if name and any(character.isalpha() for character in name) else number
    return {"LastName": named[:_NAME_LENGTH], "Phone": number, "LeadSource": SOURCE}


def _contact(kind: str, row: dict[str, Any]) -> Contact:
    phones = tuple(str(row[field]) for field in _PHONES[kind] if row.get(field))
    return Contact(str(row["Id"]), phones, str(row.get("CreatedDate") or ""))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
