"""Each report reaches each recipient once, whoever runs it, however often, and wherever a run is killed."""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import mailed_report
import pytest
import stamina
from mailed_report import NOW, OWNER, SECOND, config, report

from trunkline.errors import BadCredentials, ConfigError, LakeError, RemoteError, Unreachable
from trunkline.simulator.mail import MailSink
from trunkline.store import mails
from trunkline.store.lake import Lake
from trunkline.tasks.mailing import Already, Mailing, send_reports

WEEK = {"acme": "2026-W46"}
LATER = NOW + dt.timedelta(hours=3)


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink, stamina.set_testing(True, attempts=2):
        yield sink


def mail(lake: Lake, sink: MailSink, *built: Any, at: dt.datetime = NOW, resend: bool = False) -> Mailing:
    return send_reports(lake, config(sink.url), built, lambda: at, resend=resend)


def ledger(lake: Lake) -> list[tuple[Any, ...]]:
    with lake.read() as connection:
        return connection.execute(
            "SELECT recipient, version, sent_at, refused FROM mails_sent ORDER BY recipient, begun_at, version"
        ).fetchall()


def test_what_was_sent_is_not_sent_again_even_when_figures_changed(new_lake: Lake, sink: MailSink) -> None:
    first = mail(new_lake, sink, report())
    again = mail(new_lake, sink, report("5 callers"), at=LATER)
    assert (first.sent, first.already) == (["acme"], [])
    assert (again.sent, again.already) == ([], [Already("acme", "2026-W46", (OWNER, SECOND), NOW)])
    assert len(sink.mails) == 1
    assert ledger(new_lake) == [(OWNER, "4-callers", NOW, None), (SECOND, "4-callers", NOW, None)]


def test_a_recipient_added_later_gets_it_alone(new_lake: Lake, sink: MailSink) -> None:
    mail(new_lake, sink, report(to=(f"The Owner <{OWNER.title()}>",)))
    done = mail(new_lake, sink, report("5 callers"), at=LATER)
    assert (done.sent, done.already) == (["acme"], [Already("acme", "2026-W46", (OWNER,), NOW)])
    assert [one.recipients for one in sink.mails] == [(OWNER.title(),), (SECOND,)]
    assert sink.messages[1]["To"] == SECOND
    assert sink.messages[1]["Message-ID"] == "<acme.2026-W46.5-callers@northwind.example>"


def test_another_period_and_another_account_are_other_mails(new_lake: Lake, sink: MailSink) -> None:
    mail(new_lake, sink, report())
    done = mail(new_lake, sink, report(period="2026-W47", message_id="<b@x>"), report(scope="bluegum"))
    assert done.sent == ["acme", "bluegum"]
    assert len(sink.mails) == 3


def test_resend_keeps_the_message_id_of_the_same_content_and_has_another_for_other(
    new_lake: Lake, sink: MailSink
) -> None:
    mail(new_lake, sink, report())
    for news in ("4 callers", "5 callers"):
        assert mail(new_lake, sink, report(news), at=LATER, resend=True).sent == ["acme"]
    versions = [str(one["Message-ID"]).split(".")[2].partition("@")[0] for one in sink.messages]
    assert versions == ["4-callers", "4-callers", "5-callers"]
    assert {one.recipients for one in sink.mails} == {(OWNER, SECOND)}
    assert mail(new_lake, sink, report("6 callers")).sent == []


def test_a_refused_recipient_is_reported_and_stays_unsent_the_deferred_one_is_served(
    new_lake: Lake, sink: MailSink
) -> None:
    sink.refuse_recipient(OWNER, "550 unknown user")
    sink.refuse_recipient(SECOND, "450 greylisted")
    done = mail(new_lake, sink, report())
    assert done.sent == ["acme"]
    assert isinstance(done.failures["acme"], RemoteError)
    assert "owner@acme.example: 550 unknown user" in str(done.failures["acme"])
    assert ledger(new_lake) == [(OWNER, "4-callers", None, "550 unknown user"), (SECOND, "4-callers", NOW, None)]
    with new_lake.read() as connection:
        assert mails.waiting(connection, WEEK) == set()  # nothing tries again by itself
    done = mail(new_lake, sink, report(), at=LATER)  # a person does, after the address works
    assert (done.sent, done.already) == (["acme"], [Already("acme", "2026-W46", (SECOND,), NOW)])
    assert [one.recipients for one in sink.mails] == [(SECOND,), (OWNER,)]


def test_what_no_server_took_stays_due_and_others_are_mailed(new_lake: Lake, sink: MailSink) -> None:
    sink.refuse("451 later", times=2)
    done = mail(new_lake, sink, report(), report(scope="bluegum", to=("owner@bluegum.example",)))
    assert isinstance(done.failures["acme"], Unreachable)
    assert done.sent == ["bluegum"]
    with new_lake.read() as connection:
        assert mails.waiting(connection, {**WEEK, "bluegum": "2026-W46"}) == {"acme"}
    assert mail(new_lake, sink, report("5 callers"), at=LATER).sent == ["acme"]
    assert sink.messages[-1]["Message-ID"] == "<acme.2026-W46.4-callers@northwind.example>"  # some may have it
    assert "5 callers" in str(sink.messages[-1]["Subject"])


def test_a_wrong_password_is_tried_once_for_all_reports_and_not_by_a_later_tick(new_lake: Lake) -> None:
    both = report(), report(scope="bluegum", to=("owner@bluegum.example",))
    with MailSink(password="right") as sink:
        settings = config(sink.url, username="mailer", password="env:MAIL_TEST_PASSWORD")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MAIL_TEST_PASSWORD", "wrong")
            done = send_reports(new_lake, settings, both, lambda: NOW)
    assert {scope: type(error) for scope, error in done.failures.items()} == {
        "acme": BadCredentials,
        "bluegum": BadCredentials,
    }
    assert sink.sign_ins == ["PLAIN"]
    with new_lake.read() as connection:
        assert mails.waiting(connection, {**WEEK, "bluegum": "2026-W46"}) == set()


def test_a_process_killed_after_the_server_took_it_loses_and_doubles_nothing(new_lake: Lake, sink: MailSink) -> None:
    command = [sys.executable, mailed_report.__file__, sink.url, str(new_lake.path), "4 callers"]
    process = subprocess.Popen(command)
    sink.when_kept = process.kill  # the mail is kept, its answer is not heard
    assert process.wait(60) == -9
    sink.when_kept = None
    assert ledger(new_lake) == [(OWNER, "4-callers", None, None), (SECOND, "4-callers", None, None)]
    assert mail(new_lake, sink, report("5 callers"), at=LATER).sent == ["acme"]
    first, second = sink.messages
    assert first["Message-ID"] == second["Message-ID"] == "<acme.2026-W46.4-callers@northwind.example>"
    assert mail(new_lake, sink, report("6 callers")).sent == []


@contextlib.contextmanager
def somebody_else_holding(lake: Lake) -> Iterator[None]:
    """Another process has the lake open to write; nothing can be written down meanwhile."""
    script = f"import duckdb; lake = duckdb.connect({str(lake.path)!r}); print('held', flush=True); input()"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate("\n", timeout=30)


def hurried(lake: Lake) -> Lake:
    """The same, but it waits a quarter of a second for who holds it."""
    return Lake(lake.path, lock_wait_seconds=0.02)


def test_a_process_killed_between_the_servers_answer_and_the_ledger(new_lake: Lake, sink: MailSink) -> None:
    with contextlib.ExitStack() as held:
        is_held = threading.Event()

        def hold() -> None:
            held.enter_context(somebody_else_holding(new_lake))
            is_held.set()

        sink.when_kept = hold
        process = subprocess.Popen([sys.executable, mailed_report.__file__, sink.url, str(new_lake.path), "4 callers"])
        assert is_held.wait(60)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)  # it was answered 250 and waits for the lake
        process.kill()
        assert process.wait(30) == -9
        sink.when_kept = None
    assert [sent_at for _recipient, _version, sent_at, _refused in ledger(new_lake)] == [None, None]
    assert mail(new_lake, sink, report("5 callers"), at=LATER).sent == ["acme"]
    first, second = sink.messages  # twice, which no order of the two could avoid; a mailbox can tell that it is one
    assert first["Message-ID"] == second["Message-ID"]
    assert mail(new_lake, sink, report("5 callers")).sent == []


def test_what_cannot_be_written_down_at_once_is_with_the_next_mail(new_lake: Lake, sink: MailSink) -> None:
    with contextlib.ExitStack() as held:

        def hold_then_free() -> None:
            if len(sink.mails) == 1:
                held.enter_context(somebody_else_holding(new_lake))
            else:
                held.close()

        sink.when_kept = hold_then_free
        done = mail(hurried(new_lake), sink, report(to=(OWNER,)), report(scope="bluegum", to=(SECOND,)))
    assert done.sent == ["acme", "bluegum"]
    assert [sent_at for _recipient, _version, sent_at, _refused in ledger(new_lake)] == [NOW, NOW]


def test_what_cannot_be_written_down_at_all_is_an_error(new_lake: Lake, sink: MailSink) -> None:
    with contextlib.ExitStack() as held:
        sink.when_kept = lambda: held.enter_context(somebody_else_holding(new_lake))
        with pytest.raises(LakeError, match="mails were sent and could not be written down") as raised:
            mail(hurried(new_lake), sink, report())
    assert "mailing again sends the same mails again" in raised.value.mend
    assert len(sink.mails) == 1


def test_two_runs_at_once_send_one_mail(new_lake: Lake, sink: MailSink) -> None:
    other = threading.Thread(target=mail, args=(new_lake, sink, report()))
    sink.when_kept = lambda: None if other.ident else other.start()  # while the first is at it
    done = mail(new_lake, sink, report())
    other.join(30)
    assert (done.sent, len(sink.mails)) == (["acme"], 1)


def test_the_lake_is_free_while_the_server_is_spoken_to(new_lake: Lake, sink: MailSink) -> None:
    written = []

    def write() -> None:
        script = f"import duckdb; duckdb.connect({str(new_lake.path)!r}).execute('CREATE TABLE mine (a INT)')"
        written.append(subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode)

    sink.when_kept = write
    assert mail(new_lake, sink, report()).sent == ["acme"]
    assert written == [0]


def test_a_report_without_recipients_is_no_mail(new_lake: Lake, sink: MailSink) -> None:
    done = mail(new_lake, sink, report(to=()))
    assert (done.sent, done.already, done.failures, sink.attempts) == ([], [], {}, 0)


def test_without_a_mail_server_nothing_is_written_down(new_lake: Lake) -> None:
    settings = config("smtp://127.0.0.1:9").model_copy(update={"mail": None})
    with pytest.raises(ConfigError, match=r"add \[mail\]"):
        send_reports(new_lake, settings, [report()], lambda: NOW)
    assert ledger(new_lake) == []
