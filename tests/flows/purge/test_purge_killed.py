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
    "calls are gone, landing is there": (steps, "purge_rows"),
    "the lake's file has it all": (steps, "rewrite"),
}


class Killed(BaseException):
    """Ends a run at once, as a signal would."""


def killed(*_: Any, **__: Any) -> Any:
    raise Killed


@pytest.mark.parametrize("point", POINTS)
def test_the_next_run_ends_where_one_alone_would_have(
    kept, point: str, monkeypatch: pytest.MonkeyPatch, callers: dict[str, str], alone: dict[str, Any]
) -> None:
    module, name = POINTS[point]
    with monkeypatch.context() as patch:
        patch.setattr(module, name, killed)
        with pytest.raises(Killed):
            kept.run(purge)
    rows = dict(kept.query("SELECT path, purged_at IS NOT NULL FROM recordings WHERE path IS NOT NULL"))
    files = set(kept.files("recordings"))
    assert files <= set(rows), "no file without a row that says so"
    assert all(rows[path] for path in set(rows) - files), "a file that is gone is said to be removed"
    assert kept.run(purge).failures == []
    assert kept.said_anywhere(callers["old"]) == []
    assert kept.query("SELECT count(*) FROM recordings WHERE path IS NOT NULL AND purged_at IS NOT NULL") == [(0,)]
    assert kept.state == alone
