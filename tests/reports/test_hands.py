"""Reports of many accounts are written by several processes."""

from __future__ import annotations

import pickle
from pathlib import Path

import duckdb
import pytest
from small_lake import NOW, WEEK, config

from trunkline.config import Config
from trunkline.errors import ConfigError
from trunkline.reports import hands
from trunkline.reports.build import build
from trunkline.settings import write_settings


def many(count: int) -> Config:
    """The small lake's accounts, and others of which it has nothing."""
    chosen = config()
    bluegum = chosen.account[1]
    more = []
    for number in range(count - len(chosen.account)):
        pbx = bluegum.pbx[0].model_copy(update={"id": f"more-{number}-main"})
        more.append(bluegum.model_copy(update={"id": f"more-{number}", "name": f"More {number}", "pbx": (pbx,)}))
    return chosen.model_copy(update={"account": (*more, *chosen.account)})


def test_several_processes_write_what_one_would(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = many(hands.FEW + 2)
    write_settings(connection, chosen, [2026])
    monkeypatch.setattr(hands.os, "cpu_count", lambda: 2)
    together = build(connection, chosen, WEEK, chosen.account, tmp_path / "several", NOW)
    monkeypatch.setattr(hands.os, "cpu_count", lambda: 1)
    alone = build(connection, chosen, WEEK, chosen.account, tmp_path / "one", NOW)
    assert [one.scope for one in together] == [*(account.id for account in chosen.account), "northwind"]
    assert [one.message_id for one in together] == [one.message_id for one in alone]
    for ours, theirs in zip(together, alone, strict=True):
        for kind, path in ours.paths.items():
            assert path.read_bytes() == theirs.paths[kind].read_bytes(), (ours.scope, kind)
    acme = together[-4]
    assert (acme.scope, acme.by_name["missed"]) == ("acme", 8)  # of the third ten of accounts' rows


def test_what_fails_in_another_process_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands.os, "cpu_count", lambda: 2)
    with pytest.raises(ValueError, match="no number"), hands.several(hands.FEW + 1) as work:
        work.give(int, "no number").result()
    gone = pickle.loads(pickle.dumps(ConfigError("the logo is gone", mend="put it back")))  # noqa: S301
    assert (str(gone), gone.mend) == (str(ConfigError("the logo is gone", mend="put it back")), "put it back")
