"""Files in a real S3 server, and the options of every kind of store."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from trunkline.adapters.blobs import PART_BYTES, PIECE_BYTES, Blobs
from trunkline.adapters.object_store import connected
from trunkline.errors import ConfigError, StorageError

KEY = "acme/acme-main/2026/09/14/7.wav"
UPLOAD = """
import asyncio, json, pathlib, sys
from pydantic import SecretStr
from trunkline.adapters.blobs import Blobs
options = {name: SecretStr(value) for name, value in json.loads(sys.argv[2]).items()}
asyncio.run(Blobs(sys.argv[1], options).put(sys.argv[3], pathlib.Path(sys.argv[4]), "audio/wav"))
"""


def options_of(s3: Any, **more: str) -> dict[str, SecretStr]:
    plain = s3.options | {"aws_secret_access_key": "a secret"} | more
    return {name: SecretStr(value) for name, value in plain.items() if value}


@pytest.fixture
def blobs(s3: Any) -> Blobs:
    return Blobs(s3.place, options_of(s3, aws_server_side_encryption="AES256"))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.wav"
    path.write_bytes(os.urandom(2 * PART_BYTES + 1000))
    return path


def keys_in(s3: Any) -> list[str]:
    return [one["Key"] for one in s3.client.list_objects_v2(Bucket=s3.bucket).get("Contents", [])]


def test_a_file_is_kept_with_its_type_and_encrypted(s3: Any, blobs: Blobs, tmp_path: Path) -> None:
    written = tmp_path / "7"
    written.write_bytes(b"RIFF")
    asyncio.run(blobs.put(KEY, written, "audio/wav"))
    found = s3.client.head_object(Bucket=s3.bucket, Key=f"kept/{KEY}")
    assert (found["ContentType"], found["ServerSideEncryption"], found["ContentLength"]) == ("audio/wav", "AES256", 4)
    assert asyncio.run(blobs.get(KEY)) == b"RIFF"
    assert [one.key for one in asyncio.run(blobs.list("acme/acme-main"))] == [KEY]


def test_a_large_file_goes_and_comes_in_parts(s3: Any, blobs: Blobs, large: Path) -> None:
    asyncio.run(blobs.put(KEY, large, "audio/wav"))
    assert sum("partNumber=" in asked for asked in s3.requests) == 3
    found = s3.client.head_object(Bucket=s3.bucket, Key=f"kept/{KEY}")
    assert (found["ContentType"], found["ServerSideEncryption"]) == ("audio/wav", "AES256")
    content = large.read_bytes()

    async def read(start: int, stop: int) -> list[bytes]:
        return [piece async for piece in blobs.pieces(KEY, start, stop)]

    assert asyncio.run(blobs.size(KEY)) == len(content)
    start, stop = 1000, 1000 + 2 * PIECE_BYTES + 7
    pieces = asyncio.run(read(start, stop))
    assert [len(piece) for piece in pieces] == [PIECE_BYTES, PIECE_BYTES, 7]
    assert b"".join(pieces) == content[start:stop]


def test_an_upload_that_fails_half_way_leaves_nothing(s3: Any, blobs: Blobs, large: Path) -> None:
    s3.faults["partNumber=3"] = 403
    with pytest.raises(StorageError, match="access was refused"):
        asyncio.run(blobs.put(KEY, large, "audio/wav"))
    assert keys_in(s3) == []
    assert "Uploads" not in s3.client.list_multipart_uploads(Bucket=s3.bucket), "nor parts that cost"
    s3.faults.clear()
    asyncio.run(blobs.put(KEY, large, "audio/wav"))
    assert keys_in(s3) == [f"kept/{KEY}"]


def test_a_process_killed_while_it_uploads_leaves_nothing_under_the_final_name(s3: Any, large: Path) -> None:
    s3.faults["partNumber=3"] = 30.0
    given = json.dumps({name: value.get_secret_value() for name, value in options_of(s3).items()})
    with subprocess.Popen([sys.executable, "-c", UPLOAD, s3.place, given, KEY, str(large)]) as process:
        deadline = time.monotonic() + 30
        while not any("partNumber=3" in asked for asked in s3.requests) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert keys_in(s3) == []


ASKED: dict[str, Callable[[Blobs], Awaitable[object]]] = {
    "put": lambda blobs: blobs.put(KEY, b"RIFF"),
    "get": lambda blobs: blobs.get(KEY),
    "size": lambda blobs: blobs.size(KEY),
    "exists": lambda blobs: blobs.exists(KEY),
    "delete": lambda blobs: blobs.delete(KEY),
    "list": lambda blobs: blobs.list("acme"),
    "check": lambda blobs: blobs.check(),
    "pieces": lambda blobs: anext(blobs.pieces(KEY, 0, 4)),
}


def said_by(blobs: Blobs, asked: str) -> str:
    async def ask() -> object:
        return await ASKED[asked](blobs)

    with pytest.raises(StorageError) as caught:
        asyncio.run(ask())
    return str(caught.value)


@pytest.mark.parametrize("asked", ASKED)
def test_a_bucket_that_is_not_there_is_said(s3: Any, asked: str) -> None:
    said = said_by(Blobs("s3://no-such-bucket/kept", options_of(s3)), asked)
    assert said == (
        "s3://no-such-bucket/kept: there is no such bucket or container — create it, or correct the address in [store]"
    )


def test_refused_credentials_are_said_without_them(s3: Any, blobs: Blobs) -> None:
    with s3.checking_credentials():
        for asked in ASKED:
            said = said_by(blobs, asked)
            assert said.startswith(f"{s3.place}: access was refused — correct the credentials in [store] options")
            assert "AKIA" not in said
            assert "127.0.0.1" not in said


def test_a_store_that_is_down_or_failing_is_said(s3: Any, blobs: Blobs) -> None:
    s3.faults["GET"] = 501
    assert said_by(blobs, "get").startswith(f"{s3.place}: the store answered 501 — check [store] options")
    down = Blobs(s3.place, options_of(s3, aws_endpoint="http://127.0.0.1:9"))
    assert said_by(down, "get").startswith(f"{s3.place}: no answer from the store — check [store] options")


def test_what_is_not_kept(blobs: Blobs) -> None:
    for asked in (blobs.get(KEY), blobs.size(KEY), anext(blobs.pieces(KEY, 0, 4))):
        with pytest.raises(FileNotFoundError) as caught:
            asyncio.run(_awaited(asked))
        assert caught.value.filename == KEY
    asyncio.run(blobs.delete(KEY))
    assert not asyncio.run(blobs.exists(KEY))


async def _awaited(asked: Awaitable[object]) -> object:
    return await asked


def test_a_file_is_deleted(s3: Any, blobs: Blobs) -> None:
    asyncio.run(blobs.put(KEY, b"RIFF"))
    asyncio.run(blobs.delete(KEY))
    assert keys_in(s3) == []


@pytest.mark.parametrize(
    ("place", "options", "said"),
    [
        ("s3://b/p", {"aws_colour": "hunter2"}, "store.options.aws_colour: s3:// knows no such option"),
        ("s3://b/p", {"region": "hunter2"}, "store.options.region: s3:// knows no such option — remove it; options of"),
        ("s3://b/p", {"google_bucket": "hunter2"}, "store.options.google_bucket: s3:// knows no such option"),
        ("s3://b/p", {"allow_http": "true"}, "store.options.allow_http: s3:// knows no such option"),
        ("s3://b/p", {"aws_allow_http": "true"}, "store.options.aws_allow_http: s3:// knows no such option"),
        ("s3://b/p", {"aws_timeout": "9s"}, "store.options.aws_timeout: s3:// knows no such option"),
        ("gs://b/p", {"aws_region": "hunter2"}, "store.options.aws_region: gs:// knows no such option"),
        ("az://b/p", {"aws_region": "hunter2"}, "store.options.aws_region: az:// knows no such option"),
        ("az://b/p", {}, "store: az://b/p cannot be used with these options — correct .* azure_storage_account_name"),
        ("s3://b", {"aws_server_side_encryption": "hunter2"}, "options.aws_server_side_encryption: the store does not"),
        ("s3://b", {"aws_access_key_id": "hunter2"}, "options.aws_access_key_id: the store does not take it so — corr"),
        ("s3://b", {"timeout": "hunter2"}, "store.options.timeout: the store does not take it so"),
        ("s3://b", {"root_certificate": "hunter2"}, "store.options.root_certificate: the store does not take it so"),
        ("s3://b", {"aws_endpoint": "http://s3.example"}, "store.options.aws_endpoint: http is allowed on loopback"),
        ("ftp://b/p", {}, "store: ftp://b/p is no place to keep files — write a folder, s3://, gs:// or az://"),
        ("https://b/p", {}, "store: https://b/p is no place to keep files"),
        ("file:///p", {}, "store: file:///p is no place to keep files"),
    ],
)
def test_options_that_will_not_do_are_named_and_not_shown(place: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        connected(place, {name: SecretStr(value) for name, value in options.items()})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("place", "options"),
    [
        ("s3://b/p", {"aws_endpoint": "https://s3.example", "aws_sse_kms_key_id": "k", "proxy_url": "http://p:3128"}),
        ("gs://b/p", {"google_skip_signature": "true", "connect_timeout": "3s"}),
        ("az://c/p", {"azure_storage_account_name": "acme", "azure_storage_account_key": "a2V5"}),
    ],
)
def test_each_kind_of_store_takes_its_own_options(place: str, options: dict[str, str]) -> None:
    connected(place, {name: SecretStr(value) for name, value in options.items()})


def test_options_that_will_not_do_touch_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        Blobs.opened(str(tmp_path / "landing"), "s3://b/p", options={"aws_colour": SecretStr("red")})
    assert list(tmp_path.iterdir()) == []
