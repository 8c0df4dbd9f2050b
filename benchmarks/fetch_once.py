"""One run of trunkline's `recordings` step in a process of its own: `python fetch_once.py CONFIG`.

Prints seconds and the most memory that the process ever held, as JSON. The step finds its work in the lake, signs in,
downloads, hashes, verifies, renames into the recordings folder, and notes the results in the lake.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from trunkline.adapters import loop
from trunkline.adapters.pbx import api_client, open_surface, xapi20  # noqa: F401 — imported before the clock runs
from trunkline.configfile import load
from trunkline.models import Probe
from trunkline.tasks.recordings import recordings
from trunkline.tasks.work import Site, Work


async def fetch(config: Path) -> dict[str, float]:
    """Fetches all that waits."""
    work = Work.open(load(config))
    account = work.config.account[0]
    site = Site(account, account.pbx[0])
    started_at = time.perf_counter()
    surface = open_surface(site.pbx, site.account, work.state)
    try:
        with work.lake.lingering():
            fetched = await recordings(work, site, surface, Probe(can_download_recordings=True))
    finally:
        await surface.aclose()
    seconds = time.perf_counter() - started_at
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak_bytes": peak, "stored": fetched.stored}


if __name__ == "__main__":
    print(json.dumps(loop.run(fetch(Path(sys.argv[1])))))
