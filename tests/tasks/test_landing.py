from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from trunkline.adapters.blobs import Blob
from trunkline.tasks.landing import LandedFile, covered
from trunkline.windows import Window

WRITTEN = dt.datetime(2026, 9, 20, tzinfo=dt.UTC)


def at(hour: float, day: int = 14) -> dt.datetime:
    return dt.datetime(2026, 9, day, tzinfo=dt.UTC) + dt.timedelta(hours=hour)


def file(since: float, until: float, landed: float) -> LandedFile:
    return LandedFile("key", Window(at(since), at(until)), at(landed), "mark")


@pytest.mark.parametrize(
    ("name", "since", "until", "landed_at"),
    [
        ("14/120000-14T130000-20260914T131500000250Z-0123456789ab", at(12), at(13), at(13.25).replace(microsecond=250)),
        (
            "14/120000-15T000000-20260915T000500000000Z-0123456789ab",
            at(12),
            at(0, 15),
            at(0, 15) + dt.timedelta(minutes=5),
        ),
        ("14/120000-14T130000-0123456789ab", at(12), at(13), WRITTEN),
        ("30/120000-01T000000-0123456789ab", at(12, 30), dt.datetime(2026, 10, 1, tzinfo=dt.UTC), WRITTEN),
    ],
)
def test_a_name_tells_window_and_time(
    name: str, since: dt.datetime, until: dt.datetime, landed_at: dt.datetime
) -> None:
    key = f"acme/acme-main/2026/09/{name}.jsonl.zst"
    assert LandedFile.of(Blob(key, WRITTEN)) == LandedFile(key, Window(since, until), landed_at, "0123456789ab")


@pytest.mark.parametrize(
    ("name", "silent"),
    [
        (
            "14/120000-14T130000-20260914T131500000250Z-0123456789ab",
            "14/120000-14T130000-20260914T131500000250Z-0123456789ab-silent",
        ),
        ("14/120000-14T130000-0123456789ab", "14/120000-14T130000-20260920T000000000000Z-0123456789ab-silent"),
    ],
)
def test_a_file_without_its_transcripts_is_told_by_its_name_alone(name: str, silent: str) -> None:
    file = LandedFile.of(Blob(f"acme/acme-main/2026/09/{name}.jsonl.zst", WRITTEN))
    assert file
    assert file.silent_key == f"acme/acme-main/2026/09/{silent}.jsonl.zst"
    assert LandedFile.of(Blob(file.silent_key, WRITTEN + dt.timedelta(days=9))) == replace(
        file, key=file.silent_key, is_silent=True
    )


def test_a_file_is_before_a_line_if_all_of_its_window_is() -> None:
    assert file(12, 13, 14).is_before(at(13.01))
    assert not file(12, 13, 14).is_before(at(13)), "its name cuts the end to the second"


@pytest.mark.parametrize(
    "name", [".DS_Store", "14/x.jsonl.zst", "14/120000-32T130000-0123.jsonl.zst", "14/996000-14T130000-0123.jsonl.zst"]
)
def test_what_is_no_landing_file_is_passed_over(name: str) -> None:
    assert LandedFile.of(Blob(f"acme/acme-main/2026/09/{name}", WRITTEN)) is None


def test_windows_that_only_meet_share_no_time() -> None:
    assert file(12, 13, 14).touches(Window(at(12.5), at(15)))
    assert not file(12, 13, 14).touches(Window(at(13), at(15)))


def test_what_was_read_is_covered() -> None:
    whole = [(Window(at(0), at(12)), at(13)), (Window(at(12), at(20)), at(21)), (Window(at(22), at(23)), at(24))]
    assert covered(whole, []) == [Window(at(0), at(20)), Window(at(22), at(23))]
    assert covered([], [file(0, 12, 13)]) == []


def test_what_a_broken_file_told_of_is_not_unless_a_later_one_tells_of_it() -> None:
    whole = [(Window(at(0), at(24)), at(25)), (Window(at(0), at(9)), at(40))]
    second = dt.timedelta(seconds=1)
    assert covered(whole, [file(8, 12, 13)]) == [Window(at(0), at(24))]
    assert covered(whole, [file(8, 12, 30)]) == [Window(at(0), at(9)), Window(at(12) + second, at(24))]
    assert covered(whole, [file(30, 32, 33)]) == [Window(at(0), at(24))]
