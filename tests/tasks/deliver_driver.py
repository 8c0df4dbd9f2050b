"""Delivers to every CRM of a config at once, over and over, until nothing is left to do: to be killed at any moment.

`deliver_driver.py CONFIG ROUNDS HOURS`: its clock is HOURS ahead, and a quarter of an hour more in each round, for what
waits for a CRM's search to show a new contact.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from pathlib import Path

import stamina

from trunkline import configfile
from trunkline.store.lake import Lake
from trunkline.tasks.deliver import deliver


async def open_recording(path: str) -> bytes:
    return b"RIFF\x00\x00\x00\x00WAVE" + path.encode()


async def main(config_path: str, rounds: int, hours: float) -> int:
    config = configfile.load(Path(config_path))
    lake = Lake(Path(config.place(config.store.lake)), lock_wait_seconds=60)
    account = config.account[0]
    for number in range(rounds):
        ahead = dt.timedelta(hours=hours, minutes=15 * number)
        results = await asyncio.gather(
            *(
                deliver(
                    lake,
                    account,
                    crm,
                    open_recording,
                    link_to=lambda key: f"https://play.example/r/{key}",
                    retry_failed=True,
                    clock=lambda: dt.datetime.now(dt.UTC) + ahead,  # noqa: B023 - used within the round
                )
                for crm in account.crm
            )
        )
        if all(result.ok for result in results):
            return 0
    left = [f"{result.crm_id}: {dict(result.counts)} {list(map(str, result.errors))}" for result in results]
    sys.stdout.write("\n".join(left))
    return 1


if __name__ == "__main__":
    stamina.set_testing(True, attempts=100, cap=True)  # what is tried again is tried at once
    raise SystemExit(asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
