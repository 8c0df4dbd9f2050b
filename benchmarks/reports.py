"""How long reports take: 200 accounts' pages, mails, workbooks, CSVs and the agency's, over lakes of growing size.

Each lake has the same calls a week and reaches further back. The time is to grow with the calls of the period and not
with the lake: the ratio to the smallest lake says by how much it does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from report_lake import ACCOUNTS, make

HERE = Path(__file__).parent
_AGENCY = """
[agency]
id = "bench"
name = "Bench"
timezone = "Australia/Adelaide"
country = "AU"
[store]
lake = "{lake}"
"""
_ACCOUNT = """
[[account]]
id = "{id}"
name = "Account {id}"
timezone = "Australia/Adelaide"
country = "AU"
hours = {{ mon-fri = "08:30-17:30" }}
[[account.pbx]]
id = "{id}-pbx"
url = "https://{id}.example"
client_id = "900"
client_secret = "env:NOT_USED"
[[account.crm]]
id = "{id}-crm"
kind = "webhook"
url = "https://{id}.example/hook"
secret = "env:NOT_USED"
"""


def run(folder: Path, lake: Path) -> dict[str, float]:
    """One process that makes all reports of the lake's last week."""
    folder.mkdir(exist_ok=True)
    config = folder / "trunkline.toml"
    accounts = (_ACCOUNT.format(id=f"account-{number:03d}") for number in range(ACCOUNTS))
    config.write_text(_AGENCY.format(lake=lake) + "".join(accounts))
    command = [sys.executable, str(HERE / "report_once.py"), str(config)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Prints a line for each lake, twice measured; the better one counts."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calls", type=int, nargs="+", default=[1_000_000, 10_000_000], help="of each lake")
    options.add_argument("--folder", type=Path, help="keeps the lakes there, and takes those that are there")
    given = options.parse_args()
    print(f"{'calls':>12}  {'all reports':>11}  {'of it the excerpt':>17}  {'ratio':>5}  {'peak memory':>11}")
    first = 0.0
    with tempfile.TemporaryDirectory() as place:
        folder = given.folder or Path(place)
        for calls in given.calls:
            lake = folder / f"{calls}.duckdb"
            if not lake.exists():
                make(lake, calls)
            best = min((run(folder / f"reports-{calls}", lake) for _ in range(2)), key=lambda one: one["seconds"])
            first = first or best["seconds"]
            print(
                f"{calls:>12,}  {best['seconds']:>9.1f} s  {best['excerpt_seconds']:>15.1f} s  "
                f"{best['seconds'] / first:>5.2f}  {best['peak_bytes'] / 1e6:>8.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
