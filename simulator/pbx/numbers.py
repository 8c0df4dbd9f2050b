"""How numbers and durations look on the wire."""

from __future__ import annotations

import datetime as dt

from trunkline.simulator.scenarios.story import NumberStyle

COUNTRY_CODES = {"AU": "61", "NZ": "64", "GB": "44"}
"""Countries of the simulated PBXs; each writes national numbers with a leading 0."""


def shown_number(e164: str, style: NumberStyle, region: str) -> str:
    """An E.164 number as a trunk may deliver it (v20 reference §8.11)."""
    digits = e164.removeprefix("+")
    code = COUNTRY_CODES[region]
    if style == "national" and digits.startswith(code):
        return "0" + digits[len(code) :]
    return {"idd": f"00{digits}", "no_plus": digits}.get(style, e164)


def iso_duration(seconds: float, style: str = "plain") -> str:
    """An ISO 8601 duration in the forms that 3CX writes (v20 reference §3.3, §8.9)."""
    if style == "seven_digits":
        return f"PT{seconds:.7f}S"
    minutes, rest = divmod(round(seconds, 6), 60)
    hours, minutes = divmod(int(minutes), 60)
    tail = f"{rest:.6f}".rstrip("0").rstrip(".")
    if style == "days":
        days, hours = divmod(hours, 24)
        return f"P{days}DT{hours}H{minutes}M{tail}S"
    parts = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return f"PT{parts}{tail}S" if tail != "0" or not parts else f"PT{parts}"


def utc_text(at: dt.datetime) -> str:
    """`2026-09-13T18:10:24.521Z`: the fraction is as long as it must be."""
    text = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{at.microsecond:06d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def clock_duration(seconds: float) -> str:
    """`00:05:36`: whole seconds, as the v18 console shows them."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
