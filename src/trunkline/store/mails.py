"""`mails_sent`: which report was mailed to whom, so that nobody gets one twice and none is lost.

A row is begun before the mail server is asked and completed as soon as it took the mail. A process killed in between
leaves a row that is begun only: the report is mailed again under the Message-ID that stands there, whatever its figures
are by then, so that a mailbox which has the first copy keeps that one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Protocol

import duckdb

from trunkline.store.merge import merge_rows


class Mailed(Protocol):
    """What is noted of a report: whose, of which days (UTC, half-open), and what it said."""

    @property
    def scope(self) -> str:
        """The account's or the agency's id."""
        ...

    @property
    def period(self) -> str:
        """The period's label."""
        ...

    @property
    def since(self) -> dt.datetime:
        """The first instant of the period."""
        ...

    @property
    def until(self) -> dt.datetime:
        """The first instant after it."""
        ...

    @property
    def version(self) -> str:
        """A hash of the content."""
        ...

    @property
    def as_of(self) -> dt.datetime | None:
        """How far the data reached."""
        ...

    @property
    def figures(self) -> Mapping[str, Any]:
        """JSON: the figures that the mail shows."""
        ...


@dataclass(frozen=True)
class Row:
    """What is known of one report and one recipient. `sent_at` is null where no server is known to have taken it."""

    scope: str
    period: str
    recipient: str
    message_id: str
    sent_at: dt.datetime | None


@dataclass(frozen=True)
class Told:
    """The figures of a period as they were mailed, and how far the data then reached."""

    as_of: dt.datetime | None
    figures: dict[str, Any]


def mailbox(recipient: str) -> str:
    """`Owner <Owner@Acme.example>` → `owner@acme.example`: by this a recipient is known again."""
    return parseaddr(recipient)[1].casefold()


def of_periods(connection: duckdb.DuckDBPyConnection, scopes: Collection[str], periods: Collection[str]) -> list[Row]:
    """All rows of these scopes and periods, the one sent last first."""
    found = connection.execute(
        """
        SELECT scope, period, recipient, message_id, sent_at FROM mails_sent
        WHERE list_contains($scopes, scope) AND list_contains($periods, period)
        ORDER BY sent_at DESC NULLS LAST, begun_at DESC
        """,
        {"scopes": list(scopes), "periods": list(periods)},
    )
    return [Row(*row) for row in found.fetchall()]


def begin(
    connection: duckdb.DuckDBPyConnection, report: Mailed, message_id: str, to: Sequence[str], now: dt.datetime
) -> None:
    """These recipients are about to be mailed; whether they were before under this Message-ID stays noted."""
    common = {
        "message_id": message_id,
        "scope": report.scope,
        "period": report.period,
        "since": report.since,
        "until": report.until,
        "version": report.version,
        "begun_at": now,
        "refused": None,
        "as_of": report.as_of,
        "figures": json.dumps(report.figures),
    }
    merge_rows(connection, "mails_sent", [{**common, "recipient": one} for one in sorted(set(to))])


def accept(connection: duckdb.DuckDBPyConnection, message_id: str, to: Sequence[str], now: dt.datetime) -> None:
    """A mail server took the message for these recipients."""
    connection.execute(
        "UPDATE mails_sent SET sent_at = ? WHERE message_id = ? AND list_contains(?, recipient)",
        [now, message_id, list(to)],
    )


def refuse(connection: duckdb.DuckDBPyConnection, message_id: str, answers: Mapping[str, str]) -> None:
    """A mail server will not take the message for these recipients: nothing tries again by itself."""
    for recipient, answer in answers.items():
        connection.execute(
            "UPDATE mails_sent SET refused = ? WHERE message_id = ? AND recipient = ?", [answer, message_id, recipient]
        )


def waiting(connection: duckdb.DuckDBPyConnection, periods: Mapping[str, str]) -> set[str]:
    """Of these scopes, with the period due, those of which a recipient neither got the report nor was refused it.

    A scope that was mailed before and has no row of its period waits too: its run failed before it began to mail. One
    that was never mailed does not: its reports begin with the next time they are due.
    """
    found = connection.execute(
        """
        WITH wanted AS (SELECT unnest($scopes) AS scope, unnest($periods) AS period),
        recipients AS (
            SELECT scope, count(sent_at) = 0 AND count(refused) = 0 AS waits
            FROM mails_sent JOIN wanted USING (scope, period) GROUP BY scope, recipient
        )
        SELECT DISTINCT scope FROM wanted SEMI JOIN mails_sent USING (scope)
        WHERE scope IN (SELECT scope FROM recipients WHERE waits) OR scope NOT IN (SELECT scope FROM recipients)
        """,
        {"scopes": list(periods), "periods": list(periods.values())},
    )
    return {scope for (scope,) in found.fetchall()}


def told(
    connection: duckdb.DuckDBPyConnection, scope: str, period: str, recipients: Sequence[str], until: dt.datetime
) -> Told | None:
    """What these recipients were told last of a period, in a mail sent after its end.

    Where they were told different things, the older: whoever knows better already reads it once more.
    """
    row = connection.execute(
        """
        SELECT as_of, figures::VARCHAR FROM mails_sent
        WHERE scope = $scope AND period = $period AND list_contains($recipients, recipient) AND sent_at >= $until
        QUALIFY row_number() OVER (PARTITION BY recipient ORDER BY sent_at DESC) = 1
        ORDER BY sent_at LIMIT 1
        """,
        {"scope": scope, "period": period, "recipients": [mailbox(one) for one in recipients], "until": until},
    ).fetchone()
    return Told(row[0], json.loads(row[1])) if row else None
