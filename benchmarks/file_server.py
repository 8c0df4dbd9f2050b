"""A server of recordings that is no bottleneck: threads, keep-alive, and bodies that the kernel sends (sendfile).

It answers what the `recordings` step asks a v20 PBX for, and nothing else: `/.well-known/openid-configuration` (is it
there?), `POST /connect/token`, and `/xapi/v1/Recordings/Pbx.DownloadRecording(recId=N)`. Anything else is a 404.

Run as a process of its own: `python file_server.py FOLDER` serves the files in FOLDER, in turn of N, prints its port,
and ends when its standard input does.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
import threading
from pathlib import Path

FILE_BYTES = 500_000
KINDS = 8  # so many different files; more would only fill the disk
_RATE = 8_000
_DOWNLOAD = re.compile(rb"/xapi/v1/Recordings/Pbx\.DownloadRecording\(recId=(\d+)\)")
_TOKEN = b'{"token_type":"Bearer","expires_in":3600,"access_token":"benchmark","refresh_token":null}'


def make_files(folder: Path, size: int = FILE_BYTES) -> list[Path]:
    """Different WAV files of `size` bytes each: 8-bit mono PCM at 8 kHz, noise behind a valid header."""
    paths = [folder / f"{n}.wav" for n in range(KINDS)]
    held = size - 44
    parts = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, _RATE, _RATE, 1, 8, b"data", held)
    for path in paths:
        path.write_bytes(struct.pack("<4sI4s", b"RIFF", size - 8, b"WAVE") + parts + os.urandom(held))
    return paths


def serve(folder: Path) -> None:
    """Serves until standard input ends."""
    files = [(os.open(path, os.O_RDONLY), path.stat().st_size) for path in sorted(folder.iterdir())]
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listening.getsockname()[1], flush=True)
    threading.Thread(target=_accept, args=(listening, files), daemon=True).start()
    sys.stdin.read()


def _accept(listening: socket.socket, files: list[tuple[int, int]]) -> None:
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_talk, args=(connection, files), daemon=True).start()


def _talk(connection: socket.socket, files: list[tuple[int, int]]) -> None:
    """One connection, request after request."""
    waiting = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in waiting:
                piece = connection.recv(65_536)
                if not piece:
                    return
                waiting += piece
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            missing = int(length[1]) - len(waiting) if length else 0
            while missing > 0:
                missing -= len(connection.recv(missing))
                waiting = b""
            _answer(connection, head.split(b" ", 2)[1], files)


def _answer(connection: socket.socket, path: bytes, files: list[tuple[int, int]]) -> None:
    if asked := _DOWNLOAD.match(path):
        file, size = files[int(asked[1]) % len(files)]
        connection.sendall(_head(b"200 OK", b"audio/x-wav", size), socket.MSG_MORE)
        sent = 0
        while sent < size:
            sent += os.sendfile(connection.fileno(), file, sent, size - sent)
        return
    if path.endswith(b"/connect/token"):
        connection.sendall(_head(b"200 OK", b"application/json", len(_TOKEN)) + _TOKEN)
        return
    connection.sendall(_head(b"404 Not Found", b"text/plain", 0))


def _head(status: bytes, kind: bytes, length: int) -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (status, kind, length)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
