"""One run of trunkline's reports in a process of its own: `python report_once.py CONFIG`.

Prints seconds, those of the excerpt, and the most memory that it and its processes ever held, as JSON.
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
from trunkline.store import excerpt
from trunkline.store.lake import Lake
from trunkline.tasks.report import make_reports


def main() -> None:
    """All accounts' reports and the agency's, of the lake's last week."""
    config = load(Path(sys.argv[1]))
    lake = Lake(Path(config.place(config.store.lake)))
    cut, spent = excerpt.cut, []

    def timed(*given, **named):  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        found = cut(*given, **named)
        spent.append(time.perf_counter() - began)
        return found

    excerpt.cut = timed
    started_at = time.perf_counter()
    built = make_reports(lake, config, "week", (), config.path.parent / "out", ENDS_AT + dt.timedelta(hours=7))
    seconds = time.perf_counter() - started_at
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    each = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of the largest child; there is one per core
    result = {
        "seconds": seconds,
        "excerpt_seconds": sum(spent),
        "peak_bytes": (own + each * 2) * 1024,
        "reports": len(built),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
