"""From the lake to the mailbox: what is attached, who gets none, and what the mail of the week before got wrong."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from small_lake import FULL_NUMBER, Book, config, fill, local

from trunkline.config import Config
from trunkline.reports import attached
from trunkline.reports.write import Built
from trunkline.settings import write_settings
from trunkline.simulator.mail import MailSink
from trunkline.store.lake import Lake
from trunkline.tasks.mailing import Mailing, send_reports
from trunkline.tasks.report import make_reports

MONDAY = local("2026-11-16 07:00")
NEXT_MONDAY = local("2026-11-23 07:00")


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture
def lake(new_lake: Lake) -> Lake:
    """The small lake as it is read on Monday the 16th."""
    with new_lake.write() as connection:
        write_settings(connection, config(), [2026])
        fill(connection)
        connection.execute("DELETE FROM windows WHERE until > ?", [local("2026-11-16 00:00")])
    return new_lake


def chosen(sink: MailSink, **accounts: dict[str, Any]) -> Config:
    """The small lake's config with this mail server and these settings of accounts (or of the `agency`)."""
    found = config()
    changed = tuple(one.model_copy(update=accounts.get(one.id, {})) for one in found.account)
    agency = found.agency.model_copy(update=accounts.get("agency", {}))
    assert found.mail is not None
    mail = found.mail.model_copy(update={"url": sink.url})
    return found.model_copy(update={"account": changed, "agency": agency, "mail": mail})


def mailed(
    lake: Lake, settings: Config, out: Path, now: dt.datetime = MONDAY, accounts: tuple[str, ...] = ()
) -> tuple[dict[str, Built], Mailing]:
    made = make_reports(lake, settings, "week", accounts, out, now)
    return {one.scope: one for one in made}, send_reports(lake, settings, made, lambda: now)


def to(sink: MailSink, recipient: str) -> EmailMessage:
    """The newest mail to this recipient."""
    return [one.message for one in sink.mails if recipient in one.recipients][-1]


def rows(part: EmailMessage) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(part.get_content().removeprefix("\ufeff"))))


def test_the_message_part_by_part(lake: Lake, sink: MailSink, tmp_path: Path) -> None:
    settings = chosen(sink, agency={"attach": ("csv", "xlsx")})
    reports, _ = mailed(lake, settings, tmp_path / "out", accounts=("acme",))
    (mail,) = sink.mails
    got, acme = mail.message, reports["acme"]
    assert [part.get_content_type() for part in got.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/csv",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
    text, html = (part for part in got.walk() if part.get_content_maintype() == "text" and not part.get_filename())
    assert {one["Content-Transfer-Encoding"] for one in (text, html)} == {"quoted-printable"}
    assert text.get_content().replace("\r\n", "\n").strip() == acme.text.strip()
    assert html.get_content().replace("\r\n", "\n").strip() == acme.html.strip()
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe", "MIME-Version"):
        assert len(got.get_all(name, [])) == 1, name
    files = list(got.iter_attachments())
    assert [one.get_filename() for one in files] == [
        "acme-2026-W46.calls.csv",
        "acme-2026-W46.callers.csv",
        "acme-2026-W46.xlsx",
    ]
    assert all(one.get_payload(decode=True) for one in files)
    for said in (acme.text, acme.html):
        assert "Attached: acme-2026-W46.calls.csv, acme-2026-W46.callers.csv, acme-2026-W46.xlsx" in said


def test_every_headline_figure_follows_from_what_is_attached(lake: Lake, sink: MailSink, tmp_path: Path) -> None:
    mailed(lake, chosen(sink), tmp_path / "out", accounts=("acme",))
    calls, callers = map(rows, to(sink, "owner@acme.example").iter_attachments())
    offered = [one for one in calls if one["direction"] == "inbound"]
    short = sum(one["short_abandon"] == "true" for one in calls)
    missed = sum(one["outcome"] == "missed" for one in calls)
    never = sum(one["state"] == "never_returned" for one in callers)
    states = [one["recording_state"] for one in calls if one["eligible"] == "true"]
    judged = [one for one in states if one in {"verified", "paused", "mismatch", "missing"}]
    assert (len(offered), missed, short, never) == (19, 8, 1, 3)  # 11 answered; m6 hung up; m8 has until Monday 16:00
    assert (judged.count("verified"), len(judged)) == (7, 9)
    text = to(sink, "owner@acme.example").get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Missed-call rate: 38.9%" in text  # 7 of 18
    assert "Callers never called back: 3" in text
    assert "Recording coverage: 78%" in text


@pytest.mark.parametrize(("masking", "is_full"), [("mail", False), ("everywhere", False), ("none", True)])
def test_a_mailed_file_holds_no_full_number_unless_nothing_is_masked(
    lake: Lake, sink: MailSink, tmp_path: Path, masking: str, is_full: bool
) -> None:
    with lake.write() as connection:  # forwarded to somebody's mobile
        connection.execute("UPDATE calls SET answered_by = '0412999888' WHERE call_id = 'a10'")
        connection.execute("UPDATE calls SET did = NULL")  # the account's own numbers are nobody's secret
    mailed(lake, chosen(sink, acme={"masking": masking}), tmp_path / "out", accounts=("acme",))
    got = to(sink, "owner@acme.example")
    for part in got.iter_attachments():
        content = part.get_content()
        assert bool(FULL_NUMBER.search(content)) is is_full
        assert is_full or not [one for one in ("0412999888", "alert(1)") if one in content]
        assert ("+61 4•• ••• 00" in content) is not is_full
    assert ("phone numbers are masked" in got.get_body(("plain",)).get_content()) is not is_full  # type: ignore[union-attr]


def test_no_mail_holds_another_accounts_rows(lake: Lake, sink: MailSink, tmp_path: Path) -> None:
    mailed(lake, chosen(sink), tmp_path / "out")
    names = {one.recipients[0]: [part.get_filename() for part in one.message.iter_attachments()] for one in sink.mails}
    assert names == {
        "owner@acme.example": ["acme-2026-W46.calls.csv", "acme-2026-W46.callers.csv"],
        "owner@bluegum.example": ["bluegum-2026-W46.calls.csv", "bluegum-2026-W46.callers.csv"],
        "chef@stille.example": ["stille-2026-W46.calls.csv", "stille-2026-W46.callers.csv"],
        "ops@northwind.example": ["northwind-2026-W46.accounts.csv"],
    }
    bluegum, _callers = map(rows, to(sink, "owner@bluegum.example").iter_attachments())
    assert [one["call_id"] for one in bluegum] == ["b1"]


def test_what_is_too_large_is_left_out_and_said(
    lake: Lake, sink: MailSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached, "MOST_BYTES", 2000)  # the callers fit, the calls do not
    reports, _ = mailed(lake, chosen(sink), tmp_path / "out", accounts=("acme",))
    (part,) = to(sink, "owner@acme.example").iter_attachments()
    assert part.get_filename() == "acme-2026-W46.callers.csv"
    for said in (reports["acme"].text, reports["acme"].html):
        assert "together: acme-2026-W46.calls.csv; ask Northwind Digital for it." in said


def test_nothing_attached_is_a_plain_alternative(lake: Lake, sink: MailSink, tmp_path: Path) -> None:
    mailed(lake, chosen(sink, agency={"attach": ()}), tmp_path / "out", accounts=("bluegum",))
    assert to(sink, "owner@bluegum.example").get_content_type() == "multipart/alternative"
    assert "Attached" not in to(sink, "owner@bluegum.example").as_string()
    assert not (tmp_path / "out" / attached.FOLDER).exists()


def test_an_account_without_calls_may_want_no_mail_one_that_was_not_read_gets_it(
    lake: Lake, sink: MailSink, tmp_path: Path
) -> None:
    with lake.write() as connection:
        connection.execute("DELETE FROM calls WHERE account_id = 'bluegum'")
    skip = {"quiet_periods": "skip"}
    _, done = mailed(lake, chosen(sink, acme=skip, bluegum=skip, stille=skip), tmp_path / "out")
    assert (done.quiet, done.sent) == (["bluegum"], ["acme", "stille", "northwind"])
    agency = to(sink, "ops@northwind.example")
    for kind in ("plain", "html"):
        assert "No calls, no mail: Bluegum" in agency.get_body((kind,)).get_content()  # type: ignore[union-attr]
    _, done = mailed(lake, chosen(sink), tmp_path / "out")  # by default it does
    assert (done.quiet, done.sent) == ([], ["bluegum"])


SAID = "The mail of the week before said"
WEEK_47 = ("2026-11-16 00:00", "2026-11-23 00:00")


def a_week_later(lake: Lake, sink: MailSink, out: Path, *late: str, **settings: Any) -> dict[str, Built]:
    """Week 46 was mailed on its Monday; then `late` (SQL) came, week 47 was read, and its reports are made."""
    mailed(lake, chosen(sink), out)
    changed = chosen(sink, **settings)
    with lake.write() as connection:
        book = Book(connection)
        for account in ("acme", "bluegum"):
            book.window(account, *WEEK_47)
        for one in late:
            if one == "call":  # of a caller whom nobody called back
                book.call("late", "2026-11-09 12:00", "missed", "+61412000077", wait_seconds=30)
            elif one == "berlin":
                book.call("s1", "2026-11-10 20:00", "missed", "+493012345678", account="stille", wait_seconds=30)
                book.window("stille", "2026-11-01 00:00", "2026-11-23 20:00")
            else:
                connection.execute(one)
        write_settings(connection, changed, [2026])
    return {one.scope: one for one in make_reports(lake, changed, "week", (), out, NEXT_MONDAY)}


def shown(report: Built) -> list[str]:
    """The mail's HTML, its text and the page."""
    return [report.html, report.text, report.paths["page"].read_text("utf-8")]


def test_what_is_equal_is_not_mentioned_though_time_ran_out(lake: Lake, sink: MailSink, tmp_path: Path) -> None:
    reports = a_week_later(lake, sink, tmp_path / "out")
    with lake.read() as connection:  # on Monday its caller was still in time
        found = connection.execute("SELECT state FROM episodes WHERE external_number = '+61412000006'").fetchone()
    assert found == ("never_returned",)
    assert not [one for report in reports.values() for one in shown(report) if SAID in one]


RECORDED = "UPDATE recordings SET state = 'stored', cause = NULL, bytes = 9, audio_seconds = 61 WHERE call_id = 'a18'"


def test_rows_and_recordings_that_came_late_correct_the_mail_of_the_week_before(
    lake: Lake, sink: MailSink, tmp_path: Path
) -> None:
    reports = a_week_later(lake, sink, tmp_path / "out", "call", RECORDED)
    figures = "7 missed calls (now 8), 3 callers never called back (now 4) and 78% recording coverage (now 89%)"
    for one in shown(reports["acme"]):
        assert f"{SAID} {figures}: rows and recordings that came late." in one
    for one in shown(reports["northwind"]):
        assert f"{SAID} {figures}: rows and recordings that came late (Acme Dental)." in one
    assert not [one for one in shown(reports["bluegum"]) if SAID in one]
    mailed(lake, chosen(sink), tmp_path / "out", NEXT_MONDAY)
    assert figures in to(sink, "owner@acme.example").get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_recording_alone_and_settings_that_were_changed(lake: Lake, sink: MailSink, tmp_path: Path) -> None:
    missed = config().account[0].missed.model_copy(update={"short_abandon_seconds": 2})
    reports = a_week_later(lake, sink, tmp_path / "out", RECORDED, acme={"missed": missed})
    figures = "7 missed calls (now 8) and 78% recording coverage (now 89%)"
    cause = "rows and recordings that came late, or settings that were changed"
    assert f"{SAID} {figures}: {cause}." in reports["acme"].text


def test_a_week_that_was_not_read_when_it_was_mailed(lake: Lake, sink: MailSink, tmp_path: Path) -> None:
    reports = a_week_later(lake, sink, tmp_path / "out", "berlin")
    said = (
        "The week before could not be read when its mail was sent. It is now: 1 missed call, callers never called back:"
        " 1, recording coverage: not known."
    )
    assert said in reports["stille"].text
    assert f"{SAID} 7 missed calls (now 8) and 3 callers never called back (now 4): rows that came late" in (
        reports["northwind"].text
    )
    assert "(Stille & Söhne)" in reports["northwind"].text


def test_who_was_told_otherwise_since_is_not_told_again(lake: Lake, sink: MailSink, tmp_path: Path) -> None:
    settings = chosen(sink)
    mailed(lake, settings, tmp_path / "out")
    with lake.write() as connection:
        Book(connection).call("late", "2026-11-09 12:00", "missed", "+61412000077", wait_seconds=30)
        Book(connection).window("acme", *WEEK_47)
    made = make_reports(lake, settings, "2026-W46", ("acme",), tmp_path / "out", MONDAY)
    send_reports(lake, settings, made, lambda: MONDAY + dt.timedelta(hours=2), resend=True)
    (acme,) = make_reports(lake, settings, "week", ("acme",), tmp_path / "out", NEXT_MONDAY)
    assert SAID not in acme.text
