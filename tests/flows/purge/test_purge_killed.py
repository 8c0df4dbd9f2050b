"""A purge that is killed between two steps leaves nothing untrue for longer than the next run (contract §5.10)."""

from __future__ import annotations

from typing import Any

import pytest

from trunkline.flows.purge import purge
from trunkline.tasks import purge as steps
from trunkline.tasks import purge_files

# The step that the run does not live to take.
POINTS = {
    "rows say it, files are there": (steps, "remove_recordings"),
    "files are gone, rows name them": (purge_files, "_note_removed"),
    "transcripts are gone": (steps, "_forget_calls"),
    "calls are gone, landing is there": (steps, "purge_rows"),
    "transcripts are in landing": (steps, "silence"),
    "the lake's file has it all": (steps, "rewrite"),
}


class Killed(BaseException):
    """Ends a run at once, as a signal would."""


def killed(*_: Any, **__: Any) -> Any:
    raise Killed


def test_runs_that_are_killed_one_after_the_other_end_where_one_alone_would_have(
    kept, monkeypatch: pytest.MonkeyPatch, callers: dict[str, str], alone: dict[str, Any]
) -> None:
    for point, (module, name) in POINTS.items():
        with monkeypatch.context() as patch:
            patch.setattr(module, name, killed)
            with pytest.raises(Killed):
                kept.run(purge)
        rows = dict(kept.query("SELECT path, purged_at IS NOT NULL FROM recordings WHERE path IS NOT NULL"))
        files = set(kept.files("recordings"))
        assert files <= set(rows), f"{point}: no file without a row that says so"
        assert all(rows[path] for path in set(rows) - files), f"{point}: a file that is gone is said to be removed"
    assert "lake.duckdb" in kept.said_anywhere(callers["old"]), "all but the last step is done"
    assert kept.run(purge).failures == []
    assert kept.said_anywhere(callers["old"]) == []
    assert kept.query("SELECT count(*) FROM recordings WHERE path IS NOT NULL AND purged_at IS NOT NULL") == [(0,)]
    assert kept.state == alone
