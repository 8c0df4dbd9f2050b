"""`report --email` as a person runs it: again, and again on purpose."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from trunkline.cli.main import app
from trunkline.simulator.mail import MailSink
from trunkline.store.lake import Lake
from trunkline.store.merge import merge_rows

CONFIG = """
[agency]
id = "northwind"
name = "Northwind"
timezone = "Australia/Adelaide"
country = "AU"

[mail]
url = "{url}"
from = "Reports <reports@northwind.example>"

[[account]]
id = "acme"
name = "Acme Dental"
timezone = "Australia/Adelaide"
country = "AU"
report_to = ["owner@acme.example"]

  [[account.pbx]]
  id = "acme-main"
  url = "https://acme.example"
  client_id = "900"
  client_secret = "env:NOT_USED"
"""
Report = Callable[..., Result]


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def report(sink: MailSink, empty_lake: Path, tmp_path: Path) -> Report:
    """The command, with a lake in which the week is read and nobody rang."""
    (tmp_path / "trunkline.toml").write_text(CONFIG.format(url=sink.url))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lake.duckdb").write_bytes(empty_lake.read_bytes())
    week = {"since": dt.datetime(2026, 11, 1, tzinfo=dt.UTC), "until": dt.datetime(2026, 11, 17, tzinfo=dt.UTC)}
    with Lake(tmp_path / "data" / "lake.duckdb").write() as connection:
        merge_rows(connection, "windows", [{"pbx_id": "acme-main", "state": "complete", **week}])
    front = ["--config", str(tmp_path / "trunkline.toml"), "--json"]
    back = ["report", "--period", "2026-W46", "--out", str(tmp_path / "out")]

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*front, *back, *arguments])

    return run


def test_a_report_is_mailed_once_and_again_only_on_purpose(report: Report, sink: MailSink) -> None:
    first, again, resent = (report("--email", *more) for more in ([], [], ["--resend"]))
    results = [json.loads(one.stdout.splitlines()[-1]) for one in (first, again, resent)]
    assert [one["exit_status"] for one in results] == [0, 0, 0]
    assert [one["mailed"] for one in results] == [1, 0, 1]  # the agency's has no recipients
    assert [one["already_sent"] for one in (results[0], results[2])] == [[], []]
    (already,) = results[1]["already_sent"]
    assert (already["scope"], already["period"], already["recipients"]) == ("acme", "2026-W46", ["owner@acme.example"])
    assert "acme 2026-W46: already sent at " in again.stderr
    assert " to owner@acme.example; --resend mails it again\n0 reports mailed" in again.stderr
    first_mail, second_mail = sink.messages
    assert first_mail["Message-ID"] == second_mail["Message-ID"]  # the same content


def test_a_failure_is_told_and_the_exit_status_says_so(report: Report, sink: MailSink) -> None:
    sink.refuse("554 no thanks")
    done = report("--email")
    assert done.exit_code == 1
    (failure,) = json.loads(done.stdout.splitlines()[-1])["failures"]
    assert failure["part"] == "mail of acme"
    assert "554 no thanks" in failure["message"]


def test_resend_without_email_is_wrong_usage(report: Report, sink: MailSink) -> None:
    assert report("--resend").exit_code == 2
    assert sink.mails == []
