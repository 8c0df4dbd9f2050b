from __future__ import annotations

import pytest

from trunkline.keys import audio_type, belongs_to, download_name, is_key

KEY = "acme/acme-main/2026/09/14/7.wav"


@pytest.mark.parametrize("key", [KEY, "acme/a..b/7", "a", "acme/main/2026/09/14/120000-14T130000-0a.jsonl.zst"])
def test_what_is_a_key(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    "key",
    ["", "/", "/a", "a/", "a//b", ".", "..", "a/..", "a/../b", "a/./b", ".partial/x", "a\\b", "a b", "a\n", "a\0", "ä"],
)
def test_what_is_none(key: str) -> None:
    assert not is_key(key)


def test_a_file_belongs_to_one_account() -> None:
    assert belongs_to(KEY, "acme")
    assert not belongs_to(KEY, "acm")
    assert not belongs_to(KEY, "acme/acme-main/..")


def test_what_a_key_tells_of_its_file() -> None:
    kinds = {
        "7.wav": "audio/wav",
        "7.mp3": "audio/mpeg",
        "7.ogg": "audio/ogg",
        "7.opus": None,
        "7.html": None,
        "7": None,
    }
    assert {name: audio_type(f"acme/acme-main/{name}") for name in kinds} == kinds
    assert download_name(KEY) == "recording-2026-09-14.wav"
    assert download_name("acme/7") == "recording"
