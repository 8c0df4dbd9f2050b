"""Who is told of an alert, and that nobody is told twice, whatever breaks."""

from __future__ import annotations

from typing import Any

import pytest
from alert_desk import Desk, account, local

OPS, SECOND = "ops@northwind.example", "second@northwind.example"


def two_waiting(desk: Desk, **acme: Any) -> None:
    """A caller waits at each of two accounts."""
    desk.set_up(account("acme", **acme), account("bluegum", masking="none"))
    for name in ("acme", "bluegum"):
        desk.missed(f"{name}-m1", "2026-11-16 09:00", account_id=name)
        desk.read("2026-11-17 10:00", f"{name}-main")


def test_one_mail_for_the_agency_and_one_for_the_account_that_wants_its_own(desk: Desk) -> None:
    two_waiting(desk, alerts={"callers_to_account": True})
    assert desk.run("2026-11-17 10:00") == ["Acme: 1 caller waiting", "Northwind: 2 callers waiting"]
    own, agency = desk.mails
    assert (own["To"], agency["To"]) == ("owner@acme.example", OPS)
    assert "Bluegum" not in own.as_string()
    assert "+61 4•• ••• 678 waits for a call back" in desk.text(0)
    assert "Acme: +61 4•• ••• 678 waits" in desk.text(1)
    assert "Bluegum: +61412345678 waits" in desk.text(1)
    desk.call("o1", "2026-11-17 10:05", "outbound", "connected")
    assert desk.run("2026-11-17 10:40") == ["Acme: over: 1 caller waiting", "Northwind: over: 1 caller waiting"]
    assert [mail["List-Unsubscribe"] for mail in desk.mails] == [
        "<mailto:ops@northwind.example?subject=stop%20acme>",
        "<mailto:ops@northwind.example?subject=stop%20northwind>",
    ]


def test_an_accounts_own_settings_win(desk: Desk) -> None:
    two_waiting(desk, alerts={"waiting_hours": 10, "to": ["tech@northwind.example"], "silent_hours": 2})
    assert desk.run("2026-11-17 10:00") == ["Northwind: 1 caller waiting"]
    assert "Bluegum" in desk.text()
    assert desk.run("2026-11-17 12:00") == ["Northwind: 1 PBX not read"]
    assert desk.mails[0]["To"] == "tech@northwind.example"
    assert "Acme, acme-main: not read" in desk.text()
    assert "Bluegum" not in desk.mails[0].as_string()


@pytest.mark.parametrize("off", [0, False])
def test_what_is_switched_off_opens_nothing_and_ends_without_a_mail(desk: Desk, off: object) -> None:
    two_waiting(desk)
    assert desk.run("2026-11-17 10:00") == ["Northwind: 2 callers waiting"]
    desk.set_up(account("acme", alerts={"waiting_hours": off}), silent_hours=off)  # bluegum has left the config
    assert desk.run("2026-11-20 10:00") == []
    assert [row[2] for row in desk.rows()] == ["not_watched", "not_watched"]


def test_a_run_for_one_account_leaves_the_others_alone(desk: Desk) -> None:
    two_waiting(desk)
    assert desk.run("2026-11-17 10:00", "acme") == ["Northwind: 1 caller waiting"]
    assert "Acme" in desk.text()
    desk.sink.refuse("554 no", times=1)
    assert desk.run("2026-11-17 10:10") == []  # a mail that tells of bluegum is outstanding
    assert desk.run("2026-11-17 10:20", "acme") == []
    assert desk.run("2026-11-17 10:30") == ["Northwind: 1 caller waiting"]
    assert "Bluegum" in desk.text()


def test_a_mail_that_failed_goes_again_as_it_was_before_anything_new(desk: Desk) -> None:
    two_waiting(desk)
    desk.sink.refuse("451 later", times=2)
    assert desk.run("2026-11-17 10:00") == []
    assert set(desk.mailed.failed) == {OPS}
    assert "451 later" in str(desk.mailed.failed[OPS])
    desk.sink.refuse("554 never", times=1)
    desk.missed("m9", "2026-11-16 10:00", "+61412000009")
    assert desk.run("2026-11-17 11:40") == []
    assert desk.rows("mailed_at, closed_mailed_at") == [(None, None)] * 3
    desk.call("o1", "2026-11-17 12:00", "outbound", "connected")
    subjects = ["Northwind: 2 callers waiting", "Northwind: 1 caller waiting; over: 1 caller waiting"]
    assert desk.run("2026-11-17 12:40") == subjects
    assert "2 open now." in desk.text(0)  # as of the first try
    assert desk.run("2026-11-17 13:40") == []


def test_a_run_killed_after_the_server_took_the_mail_sends_the_very_same_again(desk: Desk) -> None:
    two_waiting(desk)
    desk.run("2026-11-17 10:00")
    with desk.lake.write() as connection:  # what the kill left: it was noted before it was sent, and not after
        connection.execute("UPDATE alert_mails SET sent_at = NULL")
        connection.execute("UPDATE alerts SET mailed_at = NULL")
    desk.missed("m9", "2026-11-16 10:00", "+61412000009")
    first = desk.mails[0]
    assert desk.run("2026-11-17 12:40") == ["Northwind: 2 callers waiting", "Northwind: 1 caller waiting"]
    assert desk.mails[0]["Message-ID"] == first["Message-ID"]
    assert desk.mails[0].get_body(("html",)).get_content() == first.get_body(("html",)).get_content()
    assert desk.mails[1]["Message-ID"] != first["Message-ID"]
    assert desk.run("2026-11-17 13:40") == []


def test_a_recipient_who_is_refused_keeps_nobody_else_from_being_told_once(desk: Desk) -> None:
    two_waiting(desk)
    desk.set_up(account("acme"), account("bluegum"), to=[OPS, SECOND])
    desk.sink.refuse("554 never", times=1)
    assert desk.run("2026-11-17 10:00") == ["Northwind: 2 callers waiting"]
    assert (set(desk.mailed.failed), desk.mails[0]["To"]) == ({OPS}, SECOND)
    assert desk.run("2026-11-17 10:40") == ["Northwind: 2 callers waiting"]
    assert desk.mails[0]["To"] == OPS
    assert desk.run("2026-11-17 11:40") == []


def test_nobody_is_told_who_may_not_know_any_more(desk: Desk) -> None:
    two_waiting(desk)
    desk.sink.refuse("554 no", times=1)
    assert desk.run("2026-11-17 10:00") == []
    desk.set_up(account("acme", alerts={"to": ["tech@northwind.example"]}), account("bluegum"))
    assert desk.run("2026-11-17 10:40") == ["Northwind: 1 caller waiting"] * 2
    by_reader = {mail["To"]: mail.as_string() for mail in desk.mails}
    assert ("Acme" in by_reader[OPS], "Bluegum" in by_reader[OPS]) == (False, True)
    assert ("Acme" in by_reader["tech@northwind.example"], "Bluegum" in by_reader["tech@northwind.example"]) == (
        True,
        False,
    )


def test_a_mail_with_many_callers_is_not_clipped(desk: Desk) -> None:
    with desk.lake.write() as connection:
        connection.execute(
            """
            INSERT INTO calls BY NAME SELECT 'm' || n AS call_id, 'acme' AS account_id, 'acme-main' AS pbx_id,
                $at AS started_at, 'inbound' AS direction, 'missed' AS outcome,
                '+' || (61412000000 + n) AS external_number
            FROM range(90) AS callers(n)
            """,
            {"at": local("2026-11-16 09:00")},
        )
    desk.read("2026-11-17 10:00")
    assert desk.run("2026-11-17 10:00") == ["Northwind: 90 callers waiting"]
    html = desk.mails[0].get_body(("html",)).get_content()
    assert len(html.encode()) < 80_000
    assert "and 50 more; trunkline alerts lists what is open" in html
    assert "and 50 more" in desk.text()
