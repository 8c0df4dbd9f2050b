"""What a report says of callers that retention removed: that they are, and never to call them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import duckdb
from small_lake import NOW, WEEK, built, config, local

from trunkline.reports import read, rows
from trunkline.store.purge_calls import purge_calls


def purged(connection: duckdb.DuckDBPyConnection) -> None:
    """All of the week up to Friday; the calls that are left are of a caller who was not there before."""
    purge_calls(connection, "acme", local("2026-11-13 00:00"), "secret", dt.datetime(2026, 12, 1, tzinfo=dt.UTC))


def test_nobody_is_to_be_called_of_whom_the_number_is_gone(connection: duckdb.DuckDBPyConnection) -> None:
    account = config().account[0]
    read.snapshot(connection, [WEEK], [account])
    before = read.account_figures(connection, account, WEEK, NOW)
    assert {one.external_number for one in before.call_back} > {"+61412000001", "+61412000006"}
    purged(connection)
    read.snapshot(connection, [WEEK], [account])
    after = read.account_figures(connection, account, WEEK, NOW)
    assert [one.external_number for one in after.call_back] == ["+61412000006"]
    assert after.now.callbacks.to_call == 1
    assert after.now.callbacks.never_returned == before.now.callbacks.never_returned
    assert (after.now.volumes.removed, after.now.volumes.withheld) == (19, before.now.volumes.withheld)


def test_pages_workbooks_and_mails_say_removed(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    connection.execute("UPDATE recordings SET purged_at = now(), path = NULL WHERE call_id = 'a10'")
    purged(connection)
    report = built(connection, tmp_path / "out", config(masking="none"))["acme"]
    csv = report.paths["csv"].read_text()
    assert csv.count(",removed,") > 10
    for text in (csv, report.paths["page"].read_text(), report.html, report.text):
        assert "removed:" not in text
        assert set(re.findall(r"\+6141\d{7}", text)) <= {"+61412000004", "+61412000006"}
    assert "Of 19 calls the caller is no longer kept (retention): shown as removed." in report.text
    assert "Of 1 call the recording is no longer kept (retention)." in report.text


def test_masking_does_not_touch_the_word() -> None:
    for masking in ("mail", "everywhere", "none"):
        assert rows.shown("removed:0123456789abcdef", config(masking=masking).account[0], "mail") == "removed"
