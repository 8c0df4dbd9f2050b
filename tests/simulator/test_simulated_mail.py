from __future__ import annotations

import smtplib
from pathlib import Path

import pytest

from trunkline.simulator.mail import MailSink

TEXT = b"From: a@one.example\r\nTo: b@two.example\r\nSubject: Missed calls\r\n\r\nFourteen.\r\n"


def send(sink: MailSink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.sendmail("a@one.example", ["b@two.example"], TEXT)


def test_keeps_mails_in_memory_and_in_a_folder(tmp_path: Path) -> None:
    with MailSink(tmp_path / "mail") as sink:
        send(sink)
    (mail,) = sink.mails
    assert (mail.sender, mail.recipients) == ("a@one.example", ("b@two.example",))
    assert mail.message["Subject"] == "Missed calls"
    assert (tmp_path / "mail" / "0001.eml").read_bytes() == TEXT


def test_refuses_when_told_to() -> None:
    with MailSink() as sink:
        sink.refuse("451 Try again later", times=1)
        sink.refuse("550 No such user here", times=1)
        for code in (451, 550):
            with pytest.raises(smtplib.SMTPDataError) as refusal:
                send(sink)
            assert refusal.value.smtp_code == code
        send(sink)
    assert (sink.attempts, len(sink.mails)) == (3, 1)


def test_comes_back_at_the_same_port() -> None:
    sink = MailSink()
    with sink:
        port = sink.port
    with sink:
        assert sink.port == port
        send(sink)


def test_stops_although_a_client_is_connected() -> None:
    sink = MailSink().start()
    client = smtplib.SMTP("127.0.0.1", sink.port)
    sink.stop()
    client.close()
