"""`trunkline reconcile` as a person and a program use it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json

import duckdb
import pytest

from trunkline.cli.context import Options
from trunkline.cli.reconcile import _print
from trunkline.cli.reconcile_words import MOST_IDS, differences
from trunkline.reconcile.days import CrmDay, Day, Difference
from trunkline.simulator.scenario_world import scenario_world

AT = dt.datetime(2026, 11, 17, 1, 2, 3, tzinfo=dt.UTC)


def test_lines_json_and_exit_status(stage) -> None:
    with stage(scenario_world(with_crm=True)[0]) as s:
        assert s.command("sync").returncode == 0
        s.pbx.log.clear()
        done = s.command("reconcile")
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert lines[0] == "account acme, PBX acme-main: inbound calls, PBX / lake"
        days = [line for line in lines if ": inbound " in line and line.startswith("  20")]
        assert len(days) == 7
        assert all(line.endswith((": equal", ": explained")) for line in days)
        assert "account acme, CRM acme-ghl: all calls, by the ledger of what it was told and by its own list" in lines
        (lost,) = s.query("SELECT min_by(call_id, started_at) FROM calls WHERE direction = 'inbound'")[0]
        with contextlib.closing(duckdb.connect(str(s.folder / "data" / "lake.duckdb"))) as connection:
            connection.execute("DELETE FROM calls WHERE call_id = ?", [lost])
        told = s.command("reconcile", "--account", "acme", "--pbx", "acme-main")
        assert told.returncode == 1
        assert f"    {lost} " in told.stdout
        assert "  only at the PBX: 1" in told.stdout.splitlines()
        assert "+61" not in told.stdout, "calls are named by their ids"
        result = json.loads(s.command("--json", "reconcile").stdout)
        assert result["exit_status"] == 1
        (day,) = [day for day in result["pbx_days"] if day["state"] == "differs"]
        assert [one["call_id"] for one in day["differences"] if one["kind"] == "only_pbx"] == [lost]
        assert (day["pbx_inbound"], len(result["crm_days"]), result["failures"]) == (day["lake_inbound"] + 1, 7, [])


def test_a_pbx_that_is_down_is_said_on_standard_error(stage) -> None:
    with stage(scenario_world()[0]) as s:
        s.world.stop("acme-main")
        done = s.command("reconcile")
        assert done.returncode == 1
        assert done.stderr.startswith("  ✗ account acme, PBX acme-main: ")
        assert "inbound ? / 0, answered ? / 0, abandoned ? / 0: unknown" in done.stdout
        assert "  unknown: the PBX could not be asked: " in done.stdout


@pytest.mark.parametrize("arguments", [("--since", "yesterday"), ("--since", "2099-01-01"), ("--pbx", "acne")])
def test_wrong_usage_touches_nothing(stage, arguments: tuple[str, str]) -> None:
    with stage(scenario_world()[0]) as s:
        assert s.command("reconcile", *arguments).returncode == 2
        assert s.pbx.log.entries == []
        assert not (s.folder / "data").exists()


def test_tables_fit_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Options, "on_terminal", True)
    monkeypatch.setenv("COLUMNS", "80")
    unknown = Day("acme", "main", AT.date(), False, 1000, 900, 12, unknown=("no such report",))
    no_queue = Day("acme", "main", AT.date(), True, 1000, 900, 0, 1000, 900)
    crm = CrmDay("acme", "ghl", AT.date(), True, 1000, 12, 900, 10, 20, 3)
    _print(Options(), "account acme, PBX main", [unknown, no_queue])
    _print(Options(), "account acme, CRM ghl", [crm])
    lines = capsys.readouterr().out.splitlines()
    cells = [" ".join(line.split()) for line in lines]
    assert max(map(len, lines)) <= 80
    assert "2026-11-17 part ? / 1000 ? / 900 ? / 12 unknown" in cells
    assert "2026-11-17 1000 / 1000 900 / 900 – / 0 equal" in cells
    assert "day calls not logged sent pending skipped failed listed state" in cells
    assert "  unknown: no such report (2026-11-17)" in lines


def test_the_first_ids_of_a_kind_are_listed_and_the_others_counted() -> None:
    many = [Difference("only_lake", f"main:{n:02}", AT, "absent", "missed") for n in range(MOST_IDS + 3)]
    outcome = Difference("outcome", "main:x", AT, "Answered", "missed: queue_abandoned", why="a queue's pick-up")
    lines = differences([outcome, *many])
    assert lines[0] == "only in the lake: 23"
    assert lines[1] == "  main:00 2026-11-17T01:02:03Z PBX: absent; lake: missed"
    assert lines[MOST_IDS + 1 :] == [
        "  … and 3 more (--json lists all)",
        "answered on one side only: 1",
        "  main:x 2026-11-17T01:02:03Z PBX: Answered; lake: missed: queue_abandoned (a queue's pick-up)",
    ]
