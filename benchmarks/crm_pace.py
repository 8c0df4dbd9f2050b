"""How close a CRM's rate limit is kept: calls delivered to one HighLevel location, against what the limit alone costs.

A second location of the same account gets a few calls at the same time, and the same few alone, to see whether the
first one's waiting slows it. Nothing may be refused: the simulated location counts requests as the real one does.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import tempfile
import time
from pathlib import Path

from trunkline.config import Account
from trunkline.crms import Crm
from trunkline.simulator.crm.highlevel import HighLevel
from trunkline.simulator.serve import Server
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import deliver

MOST = 100
FEW = 15
CALLERS = 40
AT = dt.datetime(2026, 11, 17, 1, 0, tzinfo=dt.UTC)


def people() -> dict[str, str]:
    """The callers, as contacts."""
    return {f"+614123456{n:02}": f"Person {n}" for n in range(CALLERS)}


def filled(path: Path, calls: int) -> Lake:
    """A lake with so many calls of theirs."""
    lake = Lake(path)
    with lake.write() as connection:
        connection.execute(
            """INSERT INTO calls BY NAME SELECT 'p:' || n AS call_id, 'acme' AS account_id, 'p' AS pbx_id,
                $at + to_seconds(n) AS started_at, 'inbound' AS direction, 'answered' AS outcome,
                '+614123456' || lpad((n % $callers)::VARCHAR, 2, '0') AS external_number, 30.0 AS talk_seconds
            FROM range($calls) AS t(n)""",
            {"at": AT, "callers": CALLERS, "calls": calls},
        )
    return lake


async def taken(lake: Lake, account: Account, crm: Crm) -> float:
    """Seconds until everything is delivered."""

    async def nothing(_path: str) -> bytes:
        return b""

    began = time.perf_counter()
    result = await deliver(lake, account, crm, nothing)
    if not result.ok:
        raise SystemExit(f"{crm.id}: {dict(result.counts)} {list(map(str, result.errors))}")
    return time.perf_counter() - began


async def measure(folder: Path, calls: int, interval_seconds: float) -> None:
    """Prints both comparisons."""
    busy, other, alone = (HighLevel(one, contacts=people(), rate_limit=(MOST, interval_seconds)) for one in "abc")
    with Server(busy.app) as first, Server(other.app) as second, Server(alone.app) as third:
        servers = dict(zip("abc", (first, second, third), strict=True))
        os.environ["BENCH_SECRET"] = busy.token
        tables = [
            {"id": one, "kind": "highlevel", "base_url": server.url, "location_id": one, "provider_id": "provider1"}
            for one, server in servers.items()
        ]
        account = Account.model_validate(
            {"id": "acme", "name": "Acme", "timezone": "UTC", "country": "AU"}
            | {"crm": [{**table, "token": "env:BENCH_SECRET"} for table in tables]}
        )
        many, few = filled(folder / "many.duckdb", calls), filled(folder / "few.duckdb", FEW)
        alone_seconds = await taken(few, account, account.crm[2])
        ours, beside = await asyncio.gather(taken(many, account, account.crm[0]), taken(few, account, account.crm[1]))
    by_limit = (busy.limit.total - MOST) / MOST * interval_seconds
    print(f"{calls} calls, {busy.limit.total} requests, at most {MOST} in {interval_seconds:g} s")
    print(
        f"  {ours:.1f} s; the limit alone: {by_limit:.1f} s; ratio {ours / by_limit:.2f}; refused: {busy.limit.refused}"
    )
    print(f"  {FEW} calls to another location meanwhile: {beside:.2f} s, alone {alone_seconds:.2f} s")


def main() -> None:
    """Runs it once."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calls", type=int, default=1_000)
    options.add_argument("--interval", type=float, default=10.0, help="seconds of the rate limit's interval")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(measure(Path(place), given.calls, given.interval))


if __name__ == "__main__":
    main()
