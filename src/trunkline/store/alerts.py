"""The tables `alerts` and `alert_mails`: what is wrong since when, and who was told of it in which mail."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from trunkline.alerts import OVER, Alert
from trunkline.store.merge import merge_rows

Event = Literal["opened", "closed"]
_FIELDS = tuple(one.name for one in dataclasses.fields(Alert))
_JSON = {"evidence", "closing"}
_COLUMNS = ", ".join(f"{name}::VARCHAR AS {name}" if name in _JSON else name for name in _FIELDS)


@dataclass(frozen=True)
class Told:
    """What one mail tells one recipient: alerts that opened and alerts that are over.

    `scope`: the agency's id, or that of the account whose own readers are told.
    """

    message_id: str
    scope: str
    recipient: str
    made_at: dt.datetime
    opened: tuple[str, ...]
    closed: tuple[str, ...]


def open_alerts(connection: duckdb.DuckDBPyConnection) -> list[Alert]:
    """What is wrong, the oldest first."""
    return _alerts(connection, "closed_at IS NULL", [])


def of_ids(connection: duckdb.DuckDBPyConnection, alert_ids: Iterable[str]) -> list[Alert]:
    """These alerts, the oldest first."""
    return _alerts(connection, "list_contains(?, alert_id)", [sorted(set(alert_ids))])


def write(connection: duckdb.DuckDBPyConnection, alerts: Sequence[Alert]) -> None:
    """Alerts that are new or changed; what was mailed of them stays as it is noted."""
    merge_rows(connection, "alerts", [_row(one) for one in alerts])


def to_tell(connection: duckdb.DuckDBPyConnection) -> list[tuple[Alert, set[tuple[Event, str, str]]]]:
    """Alerts that somebody may still have to be told of, each with the events, scopes and recipients of its mails.

    These are the open ones, and those that are over and were mailed to somebody who was not told of their end.
    """
    told: dict[str, set[tuple[Event, str, str]]] = {}
    for alert_id, event, scope, recipient in connection.execute(
        """
        SELECT alert_id, event, scope, recipient FROM alert_mails
        WHERE alert_id IN (SELECT alert_id FROM alerts WHERE closed_at IS NULL OR ending = ?)
        """,
        [OVER],
    ).fetchall():
        told.setdefault(alert_id, set()).add((event, scope, recipient))
    waiting = {
        alert_id
        for alert_id, mails in told.items()
        if any(event == "opened" and ("closed", scope, to) not in mails for event, scope, to in mails)
    }
    found = _alerts(
        connection,
        "closed_at IS NULL OR (ending = ? AND list_contains(?, alert_id))",
        [OVER, sorted(waiting)],
    )
    return [(one, told.get(one.alert_id, set())) for one in found]


def begin(connection: duckdb.DuckDBPyConnection, mail: Told) -> None:
    """Notes what a mail is about to tell whom."""
    rows = [
        (mail.message_id, mail.scope, mail.recipient, alert_id, event, mail.made_at)
        for event, alert_ids in (("opened", mail.opened), ("closed", mail.closed))
        for alert_id in alert_ids
    ]
    connection.executemany(
        "INSERT INTO alert_mails (message_id, scope, recipient, alert_id, event, made_at) VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )


def unsent(connection: duckdb.DuckDBPyConnection) -> list[Told]:
    """Mails that were begun and are not known to be sent, the oldest first."""
    rows = connection.execute(
        """
        SELECT message_id, scope, recipient, min(made_at) AS made_at,
            list(alert_id ORDER BY alert_id) FILTER (event = 'opened') AS opened,
            list(alert_id ORDER BY alert_id) FILTER (event = 'closed') AS closed
        FROM alert_mails WHERE sent_at IS NULL GROUP BY ALL ORDER BY made_at, message_id
        """
    ).fetchall()
    return [
        Told(message_id, scope, recipient, made_at, tuple(opened or ()), tuple(closed or ()))
        for message_id, scope, recipient, made_at, opened, closed in rows
    ]


def sent(connection: duckdb.DuckDBPyConnection, mail: Told, now: dt.datetime) -> None:
    """The mail server took a mail."""
    connection.execute("UPDATE alert_mails SET sent_at = ? WHERE message_id = ?", [now, mail.message_id])
    for column, alert_ids in (("mailed_at", mail.opened), ("closed_mailed_at", mail.closed)):
        connection.execute(
            f"UPDATE alerts SET {column} = ? WHERE {column} IS NULL AND list_contains(?, alert_id)",
            [now, list(alert_ids)],
        )


def open_at(connection: duckdb.DuckDBPyConnection, moment: dt.datetime) -> list[Alert]:
    """What was wrong then, the oldest first."""
    return _alerts(connection, "opened_at <= $1 AND coalesce(closed_at > $1, true)", [moment])


def _alerts(connection: duckdb.DuckDBPyConnection, where: str, values: list[Any]) -> list[Alert]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM alerts WHERE {where} ORDER BY opened_at, alert_id", values
    ).fetchall()
    return [_alert(dict(zip(_FIELDS, row, strict=True))) for row in rows]


def _alert(row: dict[str, Any]) -> Alert:
    return Alert(**{name: json.loads(value) if name in _JSON and value else value for name, value in row.items()})


def _row(alert: Alert) -> dict[str, Any]:
    row = {name: getattr(alert, name) for name in _FIELDS if name not in {"mailed_at", "closed_mailed_at"}}
    return row | {name: json.dumps(row[name]) if row[name] is not None else None for name in _JSON}
