"""`recording_format`: what is kept of a recording, what the lake tells of it, and what the CRM gets."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from trunkline.audio import inspect
from trunkline.flows.backfill import backfill
from trunkline.flows.maintain import maintain
from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.pbx.traits import Keeping
from trunkline.simulator.pbx.wav import wav
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import place
from trunkline.simulator.world import Account, World

SECONDS, RATE = 60.0, 8000
ORIGINAL = wav(SECONDS, RATE)
COLUMNS = "path, bytes, sha256, kept_sha256, original_bytes, media_type, codec, audio_seconds, evidence"


def world(wanted: str) -> World:
    """One call with a recording of a minute, and a CRM that knows the caller."""
    pbx = SimulatedPbx("acme-main", keeping=Keeping(bytes_per_second=RATE))
    scenario = SCENARIOS["recording_with_transcript"]
    pbx.add(place(scenario, dt.datetime.now(dt.UTC) - dt.timedelta(hours=8)))
    contacts = {"+61870101501": "Caller"}
    crm = SimulatedCrm("acme-ghl", contacts=contacts)
    return World([Account("acme", "Acme Dental", recording_format=wanted, pbxs=[pbx], crms=[crm])])


def kept(stage: Any) -> tuple[Path, dict[str, Any]]:
    """The file after a sync, and its row."""
    now = dt.datetime.now(dt.UTC)
    stage.run(backfill, since=(now - dt.timedelta(hours=10)).isoformat(), until=now.isoformat())
    [row] = stage.query(f"SELECT {COLUMNS} FROM recordings WHERE state = 'stored'")  # noqa: S608
    columns = dict(zip(COLUMNS.split(", "), row, strict=True))
    files = [path for path in (stage.folder / "data" / "recordings").rglob("*") if path.is_file()]
    assert files == [stage.folder / "data" / "recordings" / columns["path"]], "nothing else stays"
    assert columns["sha256"] == hashlib.sha256(ORIGINAL).hexdigest(), "the original's, whatever is kept"
    assert columns["audio_seconds"] == SECONDS
    return files[0], columns


@pytest.mark.parametrize(
    ("wanted", "media_type", "suffix"), [("opus", "audio/ogg", ".ogg"), ("mp3", "audio/mpeg", ".mp3")]
)
def test_a_recording_is_kept_in_the_wanted_format(stage: Any, wanted: str, media_type: str, suffix: str) -> None:
    with stage(world(wanted)) as s:
        file, columns = kept(s)
        found = inspect(file)
        assert (found.media_type, found.codec, file.suffix) == (media_type, wanted, suffix)
        assert found.audio_seconds == pytest.approx(SECONDS, abs=0.5)
        assert (columns["media_type"], columns["codec"], columns["evidence"]) == (media_type, wanted, None)
        assert columns["kept_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert columns["bytes"] == file.stat().st_size < columns["original_bytes"] == len(ORIGINAL)
        if wanted == "mp3":
            [(address, content)] = s.crm.uploads.items()
            assert (Path(address).suffix, content) == (".mp3", file.read_bytes())


@pytest.mark.parametrize("wanted", ["original", "opus"])
def test_without_an_encoder_the_original_is_kept(
    stage: Any, wanted: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)  # importing it fails
    monkeypatch.setenv("PATH", str(tmp_path))
    with stage(world(wanted)) as s:
        file, columns = kept(s)
        assert file.read_bytes() == ORIGINAL
        assert (file.suffix, columns["bytes"], columns["codec"]) == (".wav", len(ORIGINAL), "pcm_u8")
        assert (columns["kept_sha256"], columns["original_bytes"]) == (None, None)
        why = {"kept": "original", "wanted": wanted, "why": "neither libsndfile nor ffmpeg is installed"}
        assert json.loads(columns["evidence"] or "null") == (None if wanted == "original" else why)
        assert said(s) == ([] if wanted == "original" else [("warn", True), ("warn", True)])


@pytest.mark.parametrize(
    ("wanted", "checks"), [("original", []), ("mp3", [("ok", False)]), ("opus", [("ok", False), ("warn", True)])]
)
def test_doctor_says_what_becomes_of_the_setting(stage: Any, wanted: str, checks: list[tuple[str, bool]]) -> None:
    """HighLevel takes no Ogg files (CRM reference §2.1)."""
    with stage(world(wanted)) as s:
        assert said(s) == checks


def said(stage: Any) -> list[tuple[str, bool]]:
    """What `doctor` finds of the format: its state, and whether it says what to do."""
    return [(check.state, bool(check.mend)) for check in stage.run(maintain) if check.what == "recording format"]
