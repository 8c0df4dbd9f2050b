"""The keys of files that are kept: `account/pbx/yyyy/mm/dd/…`, and what a key tells of its file."""

from __future__ import annotations

import datetime as dt
import re

_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"  # begins with no dot: neither `..` nor `.partial` is ever a part of a key
_KEY = re.compile(rf"{_PART}(?:/{_PART})*", re.ASCII)
_DAY = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/")
AUDIO_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg"}
"""Suffix of a recording's key → media type."""
_SUFFIXES = {media_type: suffix for suffix, media_type in AUDIO_TYPES.items()}


def recording_key(account_id: str, pbx_id: str, begins_at: dt.datetime, native_id: str, media_type: str) -> str:
    """Where a recording is kept: found without any index."""
    return f"{account_id}/{pbx_id}/{begins_at:%Y/%m/%d}/{native_id}.{_SUFFIXES[media_type]}"


def is_key(text: str) -> bool:
    """Whether `text` names a file below the place where files are kept, and cannot name another one."""
    return _KEY.fullmatch(text) is not None


def belongs_to(key: str, account_id: str) -> bool:
    """Whether a file is one of this account's."""
    return is_key(key) and key.startswith(f"{account_id}/")


def audio_type(key: str) -> str | None:
    """The media type of a recording; null for what is no recording."""
    return AUDIO_TYPES.get(key.rpartition(".")[2])


def download_name(key: str) -> str:
    """What a recording is called where it is saved: the day alone, nothing that tells of a person."""
    found = _DAY.search(key)
    return f"recording-{'-'.join(found.groups())}.{key.rpartition('.')[2]}" if found else "recording"
