"""How fast recordings are fetched: trunkline's `recordings` step against `curl --parallel`, from the same server.

Both fetch the same files over the same number of connections into files on the same disk, one after the other, in
alternating order. trunkline also signs in, hashes and verifies each file, renames it into place, and keeps the lake;
curl does none of it. The server is a process of its own that the kernel does the sending for (`file_server`).
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from file_server import FILE_BYTES, KINDS, make_files

from trunkline.adapters.pbx import AT_ONCE
from trunkline.store.lake import Lake

HERE = Path(__file__).parent
CONFIG = """
[agency]
id = "bench"
name = "Bench"
timezone = "UTC"
country = "AU"
report_to = []
[store]
lake = "lake.duckdb"
landing = "landing"
recordings = "recordings"
[[account]]
id = "acme"
name = "Acme"
timezone = "UTC"
country = "AU"
[[account.pbx]]
id = "acme-main"
url = "{url}"
client_id = "900"
client_secret = "env:BENCH_SECRET"
"""


@dataclass(frozen=True)
class Run:
    """One run: how long it took, and the most memory its process held (0 where nobody looked)."""

    seconds: float
    peak_bytes: float = 0


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server of the files in `folder`, in a process of its own."""
    command = [sys.executable, str(HERE / "file_server.py"), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None  # noqa: S101 — a pipe
        assert process.stdout is not None  # noqa: S101 — a pipe
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def by_trunkline(folder: Path, url: str, count: int, hashes: list[str]) -> Run:
    """A fresh lake in which `count` recordings wait, fetched by a process of trunkline's."""
    (folder / "trunkline.toml").write_text(CONFIG.format(url=url))
    lake = Lake(folder / "lake.duckdb")
    started_at = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    with lake.write() as connection:
        connection.execute(
            """
            INSERT INTO recordings BY NAME SELECT 'acme-main:' || n AS recording_id, 'acme-main:c' || n AS call_id,
                'acme' AS account_id, 'acme-main' AS pbx_id, n::VARCHAR AS native_id, 'exact' AS link,
                'pending' AS state, $at + to_seconds(n) AS started_at, $at AS first_seen_at
            FROM range($count) AS t(n)
            """,
            {"at": started_at, "count": count},
        )
    command = [sys.executable, str(HERE / "fetch_once.py"), str(folder / "trunkline.toml")]
    done = subprocess.run(  # noqa: S603
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "BENCH_SECRET": "secret"}
    )
    found = json.loads(done.stdout)
    with lake.read() as connection:
        rows = connection.execute("SELECT native_id, sha256, path FROM recordings WHERE state = 'stored'").fetchall()
    kept = [path for path in (folder / "recordings").rglob("*.wav") if path.stat().st_size]
    if not len(rows) == len(kept) == found["stored"] == count:
        raise SystemExit(f"{len(rows)} rows and {len(kept)} files of {count} recordings")
    if any(sha256 != hashes[int(native_id) % KINDS] for native_id, sha256, _ in rows):
        raise SystemExit("a file was kept under another's hash")
    return Run(found["seconds"], found["peak_bytes"])


def by_curl(folder: Path, url: str, count: int, size: int) -> Run:
    """The same files by `curl --parallel`."""
    wanted = folder / "urls"
    path = f"{url}/xapi/v1/Recordings/Pbx.DownloadRecording"
    wanted.write_text("".join(f'url = "{path}(recId={n})"\noutput = "{folder}/{n}.wav"\n' for n in range(count)))
    options = [
        "--silent",
        "--show-error",
        "--no-progress-meter",
        "--fail",
        "--globoff",
        "--header",
        "Authorization: Bearer benchmark",
    ]
    command = ["curl", *options, "--parallel", "--parallel-max", str(AT_ONCE), "--config", str(wanted)]
    started_at = time.perf_counter()
    subprocess.run(command, check=True)  # noqa: S603
    seconds = time.perf_counter() - started_at
    kept = [path for path in folder.glob("*.wav") if path.stat().st_size == size]
    if len(kept) != count:
        raise SystemExit(f"curl fetched {len(kept)} of {count} files")
    return Run(seconds)


def measure(files: int, size: int, pairs: int) -> Iterator[tuple[Run, Run]]:
    """Pairs of runs, trunkline's and curl's; who begins alternates."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "served").mkdir()
        hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in make_files(folder / "served", size)]
        with serving(folder / "served") as url:
            for pair in range(pairs):
                runs: dict[str, Run] = {}
                for name in ("trunkline", "curl") if pair % 2 == 0 else ("curl", "trunkline"):
                    mine = folder / name
                    mine.mkdir()
                    is_ours = name == "trunkline"
                    runs[name] = by_trunkline(mine, url, files, hashes) if is_ours else by_curl(mine, url, files, size)
                    shutil.rmtree(mine)
                    os.sync()  # one run's writing must not be paid for by the next
                yield runs["trunkline"], runs["curl"]


def main() -> None:
    """Prints a line for each pair, then the medians."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--files", type=int, default=2_000)
    options.add_argument("--bytes", type=int, default=FILE_BYTES, help="of each file")
    options.add_argument("--pairs", type=int, default=5)
    given = options.parse_args()
    megabytes = given.files * given.bytes / 1e6
    print(f"{given.files} files of {given.bytes} bytes, {AT_ONCE} at once")
    print(f"{'pair':>6}  {'trunkline':>14}  {'curl':>14}  {'ratio':>5}  {'peak memory':>11}")
    ratios, peaks = [], []
    for number, (ours, theirs) in enumerate(measure(given.files, given.bytes, given.pairs), 1):
        ratios.append(theirs.seconds / ours.seconds)
        peaks.append(ours.peak_bytes / 1e6)
        print(
            f"{number:>6}  {megabytes / ours.seconds:>9.0f} MB/s  {megabytes / theirs.seconds:>9.0f} MB/s  "
            f"{ratios[-1]:>5.2f}  {peaks[-1]:>8.0f} MB",
            flush=True,
        )
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"ratio: median {statistics.median(ratios):.2f}, from {spread}; peak memory: {max(peaks):.0f} MB")


if __name__ == "__main__":
    main()
