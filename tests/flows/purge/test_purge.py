"""`purge` takes away what is kept no longer: from every byte, and from no count."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from filelock import FileLock

from trunkline.cli import doctor
from trunkline.errors import TrunklineError
from trunkline.flows.maintain import maintain
from trunkline.flows.parts import deliver
from trunkline.flows.purge import purge
from trunkline.store.lake import Lake

REMOVED = {
    "account_id": "acme",
    "recordings": 5,
    "recordings_not_fetched": 0,
    "transcripts": 2,
    "calls": 6,
    "quarantined": 1,
}
SAID = "I would like to book a table"
TABLES = ("calls", "legs", "recordings", "activities", "windows", "quarantine")


COUNTS = (
    *(f"SELECT count(*) FROM {table}" for table in TABLES),  # noqa: S608
    "SELECT state, cause, count(*), sum(bytes), count(sha256) FROM recordings GROUP BY ALL",
    "SELECT kind, state, count(*) FROM activities GROUP BY ALL ORDER BY ALL",
    "FROM coverage ORDER BY call_id",
)


def counts(aged: Any) -> list[Any]:
    """Every count of rows, and those by which files and deliveries are told."""
    with Lake(aged.data / "lake.duckdb").read() as connection:
        return [connection.execute(sql).fetchall() for sql in COUNTS]


def each_class_went_by_its_own_days(kept: Any) -> None:
    gone, silent, never_said = ("stored", True, False), (True, False), (True, True)
    assert kept.query(
        """SELECT state, path IS NULL, purged_at IS NULL, transcript IS NULL, transcript_purged_at IS NULL
        FROM recordings ORDER BY started_at"""
    ) == [
        (*gone, *silent),
        (*gone, *never_said),
        (*gone, *never_said),
        (*gone, *silent),
        (*gone, False, True),
        ("stored", False, True, False, True),
    ]
    assert kept.files("recordings") == [path for (path,) in kept.query("SELECT path FROM recordings WHERE path <> ''")]
    now = dt.datetime.now(dt.UTC)
    for path in kept.files("landing"):
        ends = dt.datetime.strptime(path[len("acme/acme-main/") :][:10] + "Z", "%Y/%m/%d%z") + dt.timedelta(days=1)
        assert ends > now - dt.timedelta(days=3)
        assert ("-silent." in path) == (ends <= now - dt.timedelta(days=2))
        assert not ("-silent." in path and f"landing/{path}" in kept.said_anywhere(SAID))


def test_figures_stay_and_callers_are_in_no_byte(kept, callers: dict[str, str]) -> None:
    before, rows, state = kept.figures(), counts(kept), kept.state
    for who in ("old", "both"):
        places = kept.said_anywhere(callers[who])
        assert "lake.duckdb" in places, "or this test would show nothing"
        assert any(place.startswith("landing/") for place in places)
    planned = kept.run(purge, dry_run=True)
    assert kept.state == state, "a dry run changes nothing"
    done = kept.run(purge)
    assert done.purged == planned.purged, "a dry run says what will be"
    assert vars(done.purged[0]).items() >= REMOVED.items()
    assert done.purged[0].landed_silenced == 1
    assert kept.figures() == before
    assert counts(kept) == rows
    assert kept.said_anywhere(callers["old"]) == kept.said_anywhere("Olive") == []
    assert "lake.duckdb" in kept.said_anywhere(callers["new"])
    assert len(kept.query("SELECT DISTINCT external_number FROM calls WHERE external_number LIKE 'removed:%'")) == 2
    assert kept.pbx.log.entries == [], "no PBX is asked"
    each_class_went_by_its_own_days(kept)
    state, lake = kept.state, (kept.data / "lake.duckdb").stat()
    assert set(vars(kept.run(purge).purged[0]).values()) == {"acme", 0}
    assert kept.state == state
    assert (kept.data / "lake.duckdb").stat().st_ino == lake.st_ino, "there is nothing to write anew"


def test_one_purge_at_a_time(kept) -> None:
    with FileLock(kept.data / "state" / "purge.lock"), pytest.raises(TrunklineError, match="another purge is running"):
        kept.run(purge, dry_run=True)


def test_the_daily_look_purges_and_doctor_only_looks(kept) -> None:
    before = kept.state
    assert kept.say(doctor.command) == 0
    assert kept.state == before
    checks = {(one.part, one.what, one.state): one.said for one in kept.run(maintain)}
    assert checks["account acme", "retention", "ok"].startswith(
        "removed: recordings: 5 files; transcripts: 2; calls: who called in 6 calls, 1 rows that could not be read, "
    )
    assert kept.state != before
    assert not any("not carried out yet: retention" in said for said in checks.values())


def test_what_outlives_its_calls_is_said_and_without_retention_all_is_kept(aged) -> None:
    before = aged.state
    assert aged.run(purge).purged == []
    assert aged.state == before
    aged.keep(calls_days=30, transcripts_days=31)
    checks = [one for one in aged.run(maintain, retention=False) if one.what == "retention"]
    assert [(one.state, one.said) for one in checks] == [
        ("warn", "recordings and transcripts are kept longer than their calls (30 days)")
    ]


def test_no_crm_is_told_of_a_call_again(kept) -> None:
    kept.run(purge)
    removed = "call_id IN (SELECT call_id FROM calls WHERE purged_at IS NOT NULL)"
    kept.change(f"UPDATE activities SET state = 'failed' WHERE {removed}")  # noqa: S608
    kept.change("DELETE FROM activities WHERE kind <> 'call'")
    kept.keep(recordings_days=1)  # also where calls are to be kept for ever from now on
    messages = len(kept.crm.messages)
    assert kept.run(deliver, retry_failed=True).failures == []
    assert kept.query("SELECT count(*) FROM activities WHERE kind = 'note'")[0][0] > 0
    assert kept.query(f"SELECT DISTINCT kind, state FROM activities WHERE {removed}") == [("call", "failed")]  # noqa: S608
    assert len(kept.crm.messages) == messages


def test_a_file_that_cannot_be_removed_is_said_and_the_next_run_goes_on(kept, callers: dict[str, str]) -> None:
    first = kept.data / "recordings" / kept.files("recordings")[0]
    first.unlink()
    (first / "no file").mkdir(parents=True)
    outcome = kept.run(purge)
    assert (outcome.exit_status, outcome.purged, outcome.failures[0].code) == (1, [], "storage")
    assert outcome.failures[0].part == "account acme, retention"
    (first / "no file").rmdir()
    first.rmdir()
    assert kept.run(purge).failures == []
    assert len(kept.files("recordings")) == 1
    assert kept.said_anywhere(callers["old"]) == []
