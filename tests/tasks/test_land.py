"""An answer lands and is read back, byte for byte."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from trunkline.adapters.blobs import Blobs
from trunkline.adapters.pbx import console_lists, xapi_lists
from trunkline.calls.facts import PbxFacts
from trunkline.config import Account, Pbx
from trunkline.models import WindowRead
from trunkline.tasks.land import land
from trunkline.tasks.landed import BrokenFile, Landed, read
from trunkline.tasks.landing import files_of
from trunkline.tasks.work import Site
from trunkline.windows import Window

NOON = dt.datetime(2026, 9, 14, 12, 0, 0, 250_000, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
PBX = Pbx(id="acme-main", url="https://acme.example", client_id="900", client_secret="env:SECRET")
SITE = Site(Account(id="acme", name="Acme", timezone="Australia/Adelaide", country="AU", pbx=(PBX,)), PBX)
FACTS = PbxFacts("acme-main", "acme", "AU", "xapi20", "Australia/Adelaide", {"801": "queue", "101": "extension"})
ELSEWHERE = PbxFacts("acme-main", "other", "DE", "", "Europe/Berlin", {"9": "ivr"})
RECORDING = b'{"Id":7,"StartTime":"2026-09-14T12:00:00Z","FromCallerNumber":"0870101101"}'
INBOUND = b'{"Did":"+61870100100","CdrId":"c"}'
Lands = Callable[[Landed], Landed]


def answer(*calls: bytes, minutes: float = 0, hours: float = 0, **lists: list[bytes]) -> Landed:
    """What the PBX says of the hour from noon, or from so many hours later, when it is asked so many minutes later."""
    window = Window(NOON + hours * HOUR, NOON + (hours + 1) * HOUR)
    said = xapi_lists.window_read({"calls": list(calls), **lists}, pages=2)
    return Landed(FACTS, window, said, window.until + dt.timedelta(minutes=minutes), True, 3)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(str(tmp_path))


@pytest.fixture
def lands(blobs: Blobs) -> Lands:
    return lambda seen: asyncio.run(land(blobs, SITE, seen))


@pytest.fixture
def read_back(blobs: Blobs) -> Callable[[], list[Landed]]:
    """All that was landed, in order, by somebody who knows another PBX's settings only."""

    async def back() -> list[Landed]:
        return [read(await blobs.get(one.key), ELSEWHERE, NOON) for one in await files_of(blobs, SITE)]

    return lambda: asyncio.run(back())


def test_all_that_the_parser_needs_comes_back(lands: Lands, read_back: Callable[[], list[Landed]]) -> None:
    full = answer(b'{"CdrId":"c"}', earlier=[b"{}"], inbound=[INBOUND], recordings=[RECORDING])
    doubtful = dataclasses.replace(answer(minutes=1, hours=1), is_whole=False)
    doubtful = dataclasses.replace(doubtful, answer=dataclasses.replace(doubtful.answer, problem="no rows, although"))
    console = answer(minutes=1, hours=2)
    raw = {"calls": [b'{"CallTime":"2026-09-14T21:30:00"}'], "recordings": [b'{"Id":1,"Date":"2026-09-14T21:30:00"}']}
    console = dataclasses.replace(
        console,
        facts=dataclasses.replace(FACTS, surface="console18"),
        answer=console_lists.window_read(raw, FACTS.zone, 1),
    )
    for seen in (full, doubtful, console):
        assert lands(seen) == seen
    assert read_back() == [full, doubtful, console]
    assert full.answer.dids and full.answer.recordings and full.answer.earlier
    assert (doubtful.answer.recordings, console.answer.recordings != []) == (None, True)


def test_nothing_that_the_parser_knows_is_forgotten() -> None:
    """What is added here has to be landed too, or `replay` makes other calls of the same rows."""
    landed = {"pbx_id", "account_id", "region", "surface", "zone", "directory"}
    from_rows = {"began", "rows", "dids", "recordings", "earlier"}
    known = {field.name for kind in (PbxFacts, WindowRead) for field in dataclasses.fields(kind)}
    assert known == {*landed, *from_rows, "raw", "pages", "problem"}


@given(st.lists(st.binary() | st.text().map(str.encode) | st.integers().map(lambda n: b'{"a":\r\n%d}' % n)))
@example([b'1,"row":2', b'1,"kind":"earlier"', b'"\xff"', b" 1", b"", b"\n", b'"\\ud800"', b'1,"base64":"QQ=="'])
def test_a_row_is_kept_byte_for_byte_json_or_not(tmp_path_factory: pytest.TempPathFactory, rows: list[bytes]) -> None:
    blobs = Blobs(str(tmp_path_factory.mktemp("landing")))
    seen = answer(*rows)

    async def there_and_back() -> Landed:
        await land(blobs, SITE, seen)
        (file,) = await files_of(blobs, SITE)
        return read(await blobs.get(file.key), ELSEWHERE, NOON)

    assert asyncio.run(there_and_back()).answer.rows == rows


def test_the_same_again_is_no_new_file_and_keeps_its_time(lands: Lands, tmp_path: Path) -> None:
    first = lands(answer(b"1"))
    again = lands(dataclasses.replace(answer(b"1", minutes=30), requests=9))
    assert again.landed_at == first.landed_at
    assert len(list(tmp_path.rglob("*.zst"))) == 1


def test_what_was_so_before_something_else_is_landed_again(lands: Lands, read_back: Callable[[], list[Landed]]) -> None:
    for minutes, row in enumerate([b"1", b"2", b"2", b"1"]):
        lands(answer(row, minutes=minutes))
    assert [seen.answer.rows for seen in read_back()] == [[b"1"], [b"2"], [b"1"]]
    other = answer(b"2", minutes=4)
    wider = dataclasses.replace(other, window=Window(other.window.since, other.window.until + HOUR))
    lands(wider)
    assert lands(answer(b"1", minutes=5)).landed_at == answer(minutes=5).landed_at, (
        "a window that overlaps came between"
    )


def test_another_setting_is_another_content(lands: Lands, tmp_path: Path) -> None:
    seen = lands(answer(b"1"))
    for minutes, changed in enumerate([{"zone": "UTC"}, {"region": "DE"}, {"directory": {"801": "ivr"}}], 1):
        at = seen.landed_at + dt.timedelta(minutes=minutes)
        lands(dataclasses.replace(seen, facts=dataclasses.replace(FACTS, **changed), landed_at=at))  # type: ignore[arg-type]
    lands(dataclasses.replace(seen, is_whole=False, landed_at=seen.landed_at + HOUR))
    assert len(list(tmp_path.rglob("*.zst"))) == 5


def test_what_is_no_whole_file_is_said(lands: Lands, tmp_path: Path) -> None:
    lands(answer(*(b'{"CdrId":"%d"}' % n for n in range(500))))
    (path,) = tmp_path.rglob("*.zst")
    whole = path.read_bytes()
    flipped = bytes([*whole[:-9], whole[-9] ^ 1, *whole[-8:]])
    no_json = [zstandard.compress(b"nonsense"), zstandard.compress(b'{"pbx":"acme-main"}')]
    for data in (b"", whole[:3], whole[: len(whole) // 2], whole[:-1], flipped, *no_json):
        with pytest.raises(BrokenFile):
            read(data, ELSEWHERE, NOON)
    with pytest.raises(BrokenFile, match="it is of PBX acme-main"):
        read(whole, dataclasses.replace(ELSEWHERE, pbx_id="acme-branch"), NOON)


def test_a_file_of_the_first_version_takes_the_rest_from_the_config() -> None:
    head = b'{"pbx": "acme-main", "surface": "xapi20", "since": "2026-09-14 12:00:00+00:00", '
    head += b'"until": "2026-09-14 13:00:00+00:00"}'
    seen = read(zstandard.compress(head + b'\n{"kind":"inbound","row":' + INBOUND + b"}"), ELSEWHERE, NOON)
    assert seen.facts == dataclasses.replace(ELSEWHERE, surface="xapi20")
    assert (seen.landed_at, seen.is_whole, seen.answer.rows) == (NOON, True, [])
    assert seen.answer.dids == {"c": "+61870100100"}
