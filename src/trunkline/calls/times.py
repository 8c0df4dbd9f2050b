"""Times and durations as the PBXs write them."""

from __future__ import annotations

import polars as pl

UTC_US = pl.Datetime("us", "UTC")
# Windows FILETIME counts 100 ns from 1601; a CDR id holds it in hex digits 9–24 (v20 reference §3.5).
_FILETIME_TO_UNIX_US = 11_644_473_600_000_000
_ISO = r"^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$"
_CLOCK = r"^(?:(\d+)\.)?(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$"


def instant(text: pl.Expr, zone: str = "UTC") -> pl.Expr:
    """ISO 8601 with `Z`, an offset or (then in `zone`) neither; 0–7 fractional digits. Null if unreadable."""
    whole = text.str.extract(r"^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})", 1).str.replace(" ", "T")
    micros = text.str.extract(r":\d{2}\.(\d+)", 1).str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64, strict=False)
    offset = text.str.extract(r"([+-]\d{2}:?\d{2})$", 1).str.replace(":", "")
    minutes = offset.str.slice(1, 2).cast(pl.Int64) * 60 + offset.str.slice(3, 2).cast(pl.Int64)
    signed = pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)
    plain = whole.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    exact = plain + pl.duration(microseconds=micros.fill_null(0))
    stated = (exact - pl.duration(minutes=signed.fill_null(0))).dt.replace_time_zone("UTC")
    local = exact.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    has_zone = offset.is_not_null() | text.str.to_uppercase().str.ends_with("Z")
    return pl.when(has_zone).then(stated).otherwise(local).cast(UTC_US)


def cdr_instant(identifier: pl.Expr) -> pl.Expr:
    """The UTC time inside a CDR id `00000000-HHHH-HHHH-HHHH-HHHHSSSSSSSS`; null if it is no such id."""
    digits = (
        identifier.str.extract(r"^[0-9a-fA-F]{8}-([0-9a-fA-F-]{15,19})", 1).str.replace_all("-", "").str.slice(0, 16)
    )
    ticks = digits.str.to_integer(base=16, strict=False)
    micros = ticks // 10 - _FILETIME_TO_UNIX_US
    plausible = micros.is_between(946_684_800_000_000, 4_102_444_800_000_000)  # the years 2000–2100
    return pl.when(plausible).then(micros).otherwise(None).cast(UTC_US)


def duration_seconds(text: pl.Expr) -> pl.Expr:
    """`PT1M12.5S`, `P1DT2H`, `00:01:12[.5]` as seconds; null if unreadable or negative."""
    iso = _sum_of(text.str.extract_groups(_ISO), {"2": 86_400, "3": 3_600, "4": 60, "5": 1})
    clock = _sum_of(text.str.extract_groups(_CLOCK), {"1": 86_400, "2": 3_600, "3": 60, "4": 1})
    return (
        pl.when(text.str.contains(_ISO) & text.str.contains(r"^P.*\d"))
        .then(iso)
        .when(text.str.contains(_CLOCK))
        .then(clock)
        .otherwise(None)
        .round(6)
    )


def _sum_of(groups: pl.Expr, seconds: dict[str, int]) -> pl.Expr:
    parts = [groups.struct.field(name).cast(pl.Float64, strict=False).fill_null(0) * n for name, n in seconds.items()]
    return pl.sum_horizontal(parts)


def seconds(count: pl.Expr) -> pl.Expr:
    """A number of seconds as a duration, to the microsecond."""
    return pl.duration(microseconds=(count * 1_000_000).round().cast(pl.Int64))
