"""How reports look and whom they come from: `[agency.brand]`, and what an account's `brand` sets instead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from trunkline import logos
from trunkline.colours import DARK_GROUND, GROUND, LEAST_CONTRAST, contrast, ink_on, is_readable, readable
from trunkline.errors import ConfigError
from trunkline.fields import Address, Colour, Logo
from trunkline.table import Table

ACCENT, DARK_ACCENT = "#0b57a4", "#8ab4f8"
"""The accent, light and dark, where no brand sets one."""

Pixels = Annotated[int, Field(gt=0, le=2000)]
_DEPENDS = {"logo": ("logo_size",), "colour": ("ink", "dark_colour", "dark_ink"), "dark_colour": ("dark_ink",)}


class Brand(Table):
    """What a reader sees in place of the agency. Every key may be left out.

    `logo`: an https address with its `logo_size` (width, height), or a file beside the config. `colour` is of links
    and of the band with the name, `ink` of the name on it; the dark ones are for dark mode.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    logo: Logo | None = None
    logo_size: tuple[Pixels, Pixels] | None = None
    colour: Colour | None = None
    ink: Colour | None = None
    dark_colour: Colour | None = None
    dark_ink: Colour | None = None
    footer: Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=10)] = ()
    reply_to: Address | None = None

    @model_validator(mode="after")
    def _size_of_what_is_far(self) -> Brand:
        is_far = self.logo is not None and self.logo.startswith("https://")
        if is_far != (self.logo_size is not None):
            said = "a logo's address needs logo_size = [width, height]; a file's size is read from the file"
            raise ValueError(said)
        return self


@dataclass(frozen=True)
class Scheme:
    """The colours of a brand, light and dark: the accent, and the ink on it."""

    accent: str
    ink: str
    dark_accent: str
    dark_ink: str


def merged(agency: Brand, account: Brand) -> Brand:
    """The agency's brand with what the account sets; a colour or logo set anew takes nothing of the old one along."""
    own = account.model_dump(exclude_unset=True)
    left_out = {name for key in own for name in _DEPENDS.get(key, ())}
    kept = {key: value for key, value in agency.model_dump(exclude_unset=True).items() if key not in left_out}
    return Brand.model_validate(kept | own)


def scheme(brand: Brand) -> Scheme:
    """The brand's colours; what it leaves out is derived from `colour` so that it can be read."""
    accent = brand.colour or ACCENT
    derived = readable(brand.colour, DARK_GROUND) if brand.colour else DARK_ACCENT
    dark_accent = brand.dark_colour or derived
    return Scheme(accent, brand.ink or ink_on(accent), dark_accent, brand.dark_ink or ink_on(dark_accent))


def check(brand: Brand, folder: Path, where: str) -> None:
    """Whether a brand can be read and its logo shown; `folder` is the config's, `where` names the table in errors.

    Raises:
        ConfigError: Two colours too near to each other (with the nearest that passes), or a logo's file is unfit.
    """
    found = scheme(brand)
    for key, colour, name, ground in (
        ("colour", found.accent, "the reports' light ground", GROUND),
        ("ink", found.ink, "colour", found.accent),
        ("dark_colour", found.dark_accent, "the reports' dark ground", DARK_GROUND),
        ("dark_ink", found.dark_ink, "dark_colour", found.dark_accent),
    ):
        if not is_readable(colour, ground):
            ratio = math.floor(contrast(colour, ground) * 100) / 100  # never rounded up to what it does not reach
            raise ConfigError(
                f"{where}.{key}: {colour} on {name} ({ground}) has a contrast of {ratio:.2f}:1, "
                f"too little to read; {LEAST_CONTRAST}:1 is due",
                mend=f"the nearest that passes is {readable(colour, ground)}",
            )
    logo_file(brand, folder, where)


def logo_file(brand: Brand, folder: Path, where: str) -> logos.Picture | None:
    """The logo, where it is a file. Raises ConfigError."""
    if brand.logo is None or brand.logo_size is not None:
        return None
    return logos.read(folder / brand.logo, f"{where}.logo")
