"""One run of trunkline's reports in a process of its own: `python report_once.py CONFIG`.

Prints seconds and the most memory that the process ever held, as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import time
from pathlib import Path

from report_lake import ENDS_AT

from trunkline.configfile import load
from trunkline.store.lake import Lake
from trunkline.tasks.report import make_reports


def main() -> None:
    """All accounts' reports and the agency's, of the lake's last week."""
    config = load(Path(sys.argv[1]))
    lake = Lake(Path(config.place(config.store.lake)))
    started_at = time.perf_counter()
    built = make_reports(lake, config, "week", (), config.path.parent / "out", ENDS_AT + dt.timedelta(hours=7))
    seconds = time.perf_counter() - started_at
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak_bytes": peak, "reports": len(built)}))


if __name__ == "__main__":
    main()
