"""Phone numbers: one normal form (E.164), or null where there is none (CRM reference §3)."""

from __future__ import annotations

import functools
import re

import phonenumbers

LONGEST = 16  # a plus and the 15 digits that E.164 allows; some national plans call longer ones valid
REMOVED = "removed"
"""What stands for a number that retention removed; a caller's own begins so, and is the same for some of its calls."""
_NOT_DIALLED = re.compile(r"[^\d+*#]")
_DIALLED_AFTER = re.compile(r"(?<=\d)\s*(?:;ext=|,|x|ext\.?)\s*\d{1,6}$", re.IGNORECASE)
_EXTENSION_PREFIX = re.compile(r"^ext\.?\s*", re.IGNORECASE)


@functools.lru_cache(maxsize=100_000)
def e164(raw: str | None, region: str) -> str | None:
    """`raw` as E.164, read in `region`; null for extensions, withheld and impossible numbers.

    A leading `00` is `+` whatever the region's exit code: trunks deliver it so (CRM reference §0.10).
    """
    if not raw or _EXTENSION_PREFIX.match(raw):
        return None
    digits = _NOT_DIALLED.sub("", _DIALLED_AFTER.sub("", raw.strip()))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    for candidate in (digits, "+" + digits):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            normal = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return normal if len(normal) <= LONGEST else None
        if digits.startswith(("+", "0")) or len(digits) < 10:
            break  # only a long number without a plus may be an international one whose plus the trunk dropped
    return None


def is_removed(number: str | None) -> bool:
    """Whether retention removed the number, and what stands for it tells nobody's."""
    return number is not None and number.startswith(REMOVED)


def spaced(number: str, region: str = "") -> str:
    """`+61 8 7010 8995`, as a person reads it; what is no number stays as it is."""
    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def masked(number: str | None, region: str = "") -> str:
    """`+61 4•• ••• 123`: country, first digit and the last three; "withheld" where there is no number."""
    if not number:
        return "withheld"
    head, _, tail = spaced(number, region).partition(" ")
    kept = len(re.findall(r"\d", tail)) - 3
    seen = 0

    def hide(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return match[0] if seen == 1 or seen > kept else "•"

    return f"{head} {re.sub(r'[0-9]', hide, tail)}" if tail else "•" * max(len(head) - 3, 0) + head[-3:]
