"""What was said is taken out of a landing file, and nothing else."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest
import zstandard

from trunkline.adapters.blobs import Blobs
from trunkline.adapters.pbx import xapi_lists
from trunkline.calls.facts import PbxFacts
from trunkline.config import Account, Pbx
from trunkline.tasks.land import land
from trunkline.tasks.landed import BrokenFile, Landed, read
from trunkline.tasks.landing import files_of
from trunkline.tasks.silence import silenced
from trunkline.tasks.work import Site
from trunkline.windows import Window

NOON = dt.datetime(2026, 9, 14, 12, tzinfo=dt.UTC)
PBX = Pbx(id="acme-main", url="https://acme.example", client_id="900", client_secret="env:SECRET")
SITE = Site(Account(id="acme", name="Acme", timezone="Australia/Adelaide", country="AU", pbx=(PBX,)), PBX)
FACTS = PbxFacts("acme-main", "acme", "AU", "xapi20", "Australia/Adelaide", {"101": "extension"})
PLAIN = b'{"CdrId": "a",  "TalkingDuration":"PT1.50S","Cost":1.0}'
SAID = {
    b'{"CdrId":"b","Transcription":"hello","Summary":null,"SentimentScore":4,"Cost":1.5}': b'{"CdrId":"b","Cost":1.5}',
    b'{"Recordings":[{"Id":7,"Transcription":"hello"},{"Id":8}]}': b'{"Recordings":[{"Id":7},{"Id":8}]}',
    b'{"CdrId":"c",\n"Summary":"hello"}': b'{"CdrId":"c"}',
}
KEPT = (PLAIN, b"no JSON: hello", b'"Transcription"', b"7")


def test_transcripts_go_and_every_other_byte_stays(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    answer = xapi_lists.window_read({"calls": [*KEPT, *SAID], "recordings": [b'{"Id":7,"Transcription":"hello"}']})
    seen = Landed(FACTS, Window(NOON, NOON + dt.timedelta(hours=1)), answer, NOON + dt.timedelta(hours=2))

    async def run() -> tuple[Landed, list[str]]:
        await land(blobs, SITE, seen)
        (file,) = await files_of(blobs, SITE)
        await blobs.put(file.silent_key, silenced(await blobs.get(file.key)))
        await blobs.remove([file.key])
        await land(blobs, SITE, seen)
        files = [one.key for one in await files_of(blobs, SITE)]
        return read(await blobs.get(file.silent_key), FACTS, NOON), files

    back, files = asyncio.run(run())
    assert back.answer.raw == {"calls": [*KEPT, *SAID.values()], "recordings": [b'{"Id":7}']}
    assert (back.window, back.landed_at, back.facts) == (seen.window, seen.landed_at, seen.facts)
    assert len(files) == 1, "the same answer again is not landed anew with all that was said"


def test_a_file_that_was_silenced_is_not_changed_again() -> None:
    once = silenced(zstandard.compress(b'{}\n{"kind":"calls","row":{"CdrId":"a","Summary":"hello"}}'))
    assert silenced(once) == once


@pytest.mark.parametrize("data", [b"", b"no zstd", zstandard.compress(b'{}\n{"kind":')])
def test_a_file_that_cannot_be_read_is_said(data: bytes) -> None:
    with pytest.raises(BrokenFile):
        silenced(data)
