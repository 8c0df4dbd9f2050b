"""What nobody could look at is unknown: in no rate, and named with the step that mends it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_lake import NOW, Book, config, local

from trunkline.periods import parse
from trunkline.reports.build import build
from trunkline.reports.write import Built

WEEK = parse("2026-W46", "Australia/Adelaide", NOW)


def built(connection: duckdb.DuckDBPyConnection, out: Path) -> dict[str, Built]:
    chosen = config()
    return {one.scope: one for one in build(connection, chosen, WEEK, chosen.account, out, NOW)}


def line(report: Built, start: str) -> str:
    """The first line of the text that begins so, with the one after it."""
    lines = report.text.splitlines()
    found = next(index for index, one in enumerate(lines) if one.startswith(start))
    return " ".join(one.strip() for one in lines[found : found + 2])


@pytest.mark.parametrize(
    ("cause", "said", "mend"),
    [
        ("access", "no right to the recording", "Give the API client the role Recording Manager in 3CX."),
        ("unreachable", "PBX could not be read", "It is read again on the next run."),
    ],
)
def test_an_account_where_all_is_unknown(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, cause: str, said: str, mend: str
) -> None:
    connection.execute("UPDATE recordings SET state = 'missing', cause = ? WHERE account_id = 'acme'", [cause])
    reports = built(connection, tmp_path)
    acme, agency = reports["acme"], reports["northwind"]
    # eleven answered and one connected call, of which none could be looked for
    assert line(acme, "Recording coverage") == (
        f"Recording coverage: not known 12 calls that should be recorded; 12 not known: {said}"
    )
    assert f"Not known because:\n- {said}: 12. {mend}" in acme.text
    page = acme.paths["page"].read_text("utf-8")
    for content in (acme.html, page):
        assert "Not known because" in content
        assert "Missing because" not in content
        assert mend in content
    assert (
        f"- Acme Dental: never called back 4, missed 7 (39%), recordings –; 12 recordings not known: {said}"
        in agency.text
    )
    assert 'class="b0"' in agency.html  # an empty bar, neither green nor amber
    assert 'class="b1"' not in agency.html
    assert 'class="b2"' not in agency.html
    assert line(agency, "Recording coverage").startswith("Recording coverage: not known")


def test_no_change_is_shown_against_a_period_in_which_nobody_could_look(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    Book(connection).recording("a0", "missing", cause="access")  # the only answered call of the week before
    assert line(built(connection, tmp_path)["acme"], "Recording coverage").startswith(
        "Recording coverage: 78% (no comparison with the week before)"
    )


def test_no_change_is_shown_against_a_period_without_a_call_to_be_recorded(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute("DELETE FROM calls WHERE call_id IN ('a0', 'p1')")
    acme = built(connection, tmp_path)["acme"]
    assert line(acme, "Recording coverage").startswith("Recording coverage: 78% (the week before: none due)")
    assert line(acme, "Missed-call rate").startswith("Missed-call rate: 38.9% (the week before: no calls)")


def test_no_change_is_shown_against_a_period_read_in_part(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute("DELETE FROM windows WHERE pbx_id = 'acme-main' AND since = ?", [local("2026-11-05 00:00")])
    acme = built(connection, tmp_path)["acme"]
    assert "than the week before" not in acme.text
    assert line(acme, "Missed-call rate").startswith("Missed-call rate: 38.9% (no comparison with the week before)")


def test_callers_may_have_been_called_back_where_a_pbx_was_not_read(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The other PBX may hold the call back: that is not known, and never 0."""
    book = Book(connection)
    book.put("pbxs", pbx_id="acme-branch", account_id="acme")
    since, until = local("2026-11-01 00:00"), local("2026-11-16 00:00")
    book.put("windows", pbx_id="acme-branch", since=since, until=until, state="failed")
    reports = built(connection, tmp_path)
    acme, agency = reports["acme"], reports["northwind"]
    assert "Whether 4 missed callers this week got a call back is not known: not every PBX could be read." in acme.text
    assert line(acme, "Callers never called back").startswith("Callers never called back: not known ")
    assert "4 not known: not every PBX was read" in acme.text
    assert "- Acme Dental: never called back –, " in agency.text


def test_a_length_that_could_not_be_checked_is_said(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """The v18 console tells no talk time: a decodable file is all that can be verified there."""
    before = built(connection, tmp_path)["acme"]
    connection.execute("UPDATE calls SET talk_seconds = NULL WHERE call_id = 'a10'")
    after = built(connection, tmp_path)["acme"]
    said = "Of 1 only the file was checked, not its length: their PBX tells no talk time."
    assert (said in before.html, said in after.html, said in after.text) == (False, True, True)
