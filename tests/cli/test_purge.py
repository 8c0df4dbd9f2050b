from __future__ import annotations

import json

from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.world import Account, World


def test_purge_says_per_account_and_class_how_many_of_what(stage) -> None:
    keeping = Account("acme", "Acme Dental", pbxs=[SimulatedPbx("acme-main")], retention={"calls_days": 30})
    with stage(World([keeping, Account("other", "Other")])) as s:
        done = s.command("--json", "purge", "--dry-run")
        assert done.returncode == 0, done.stderr
        assert done.stderr == (
            "acme: to be removed: recordings: 0 files; transcripts: 0; calls: who called in 0 calls, 0 landing files\n"
        )
        (counts,) = json.loads(done.stdout)["accounts"]
        assert counts.pop("account_id") == "acme"
        assert set(counts.values()) == {0}
        assert not (s.folder / "data" / "lake.duckdb").exists()
