"""Outside callers: numbers from the ranges kept for fiction, some with names, few of whom ring often."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

FIRST_NAMES = (
    "Aisha", "Bruno", "Chloe", "Declan", "Elena", "Farid", "Grace", "Hugo", "Imani", "Jonas", "Kirra", "Liam",
    "Mei", "Noah", "Olive", "Priya", "Quinn", "Rosa", "Sami", "Tess", "Uma", "Victor", "Willa", "Yara", "Zane",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Barker", "Costa", "Dunn", "Ellery", "Falzon", "Gill", "Hughes", "Ibrahim", "Jensen", "Kaur", "Lang",
    "Marino", "Nguyen", "O'Brien", "Papas", "Quigley", "Rossi", "Singh", "Tran", "Underwood", "Vella", "Walsh", "Young",
)  # fmt: skip
LANDLINE, MOBILE = "+6185550", "+6149157"
MOBILE_SHARE = 0.65
NAMED_SHARE = 0.35


@dataclass(frozen=True)
class Caller:
    """Somebody outside. `shown_name`: what the PBX's phone book calls them."""

    number: str
    shown_name: str | None = None
    weight: float = 1.0


def callers(count: int, rng: Random) -> tuple[Caller, ...]:
    """Distinct callers; the first ones ring much more often than the last."""
    found: dict[str, Caller] = {}
    while len(found) < count:
        number = f"{MOBILE if rng.random() < MOBILE_SHARE else LANDLINE}{rng.randrange(10_000):04d}"
        name = full_name(rng) if rng.random() < NAMED_SHARE else None
        found.setdefault(number, Caller(number, name, 1 / (len(found) + 8) ** 0.7))
    return tuple(found.values())


def full_name(rng: Random) -> str:
    """A first and a last name."""
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
