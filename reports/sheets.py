"""The rows behind the figures, once for page, workbook and CSV. Times are local, spans are seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.config import Account
from trunkline.reports import evidence, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.figures import Slice
from trunkline.reports.language import _
from trunkline.reports.play import Plays
from trunkline.reports.rows import shown
from trunkline.reports.sql import Row

Cell = Any


@dataclass(frozen=True)
class Sheet:
    """A table: its heads and rows, one row per call or caller."""

    name: str
    heads: tuple[str, ...]
    rows: list[tuple[Cell, ...]]

    def column(self, head: str) -> list[Cell]:
        """All values under one head."""
        index = self.heads.index(head)
        return [row[index] for row in self.rows]

    def where(self, head: str, *values: Cell) -> Sheet:
        """The rows with one of these values under `head`."""
        index = self.heads.index(head)
        return Sheet(self.name, self.heads, [row for row in self.rows if row[index] in values])

    def only(self, name: str, *heads: str) -> Sheet:
        """Some of the columns."""
        indexes = [self.heads.index(head) for head in heads]
        return Sheet(name, heads, [tuple(row[index] for index in indexes) for row in self.rows])


# Head → column of `report_calls`; the caller's number and name are treated apart.
_CALL_COLUMNS = {
    "call_id": "call_id",
    "started_local": "local_at",
    "direction": "direction",
    "outcome": "outcome",
    "miss_reason": "miss_reason",
    "caller": "external_number",
    "caller_name": "external_name",
    "number_called": "did",
    "queue": "queue",
    "answered_by": "answered_by",
    "wait_seconds": "wait_seconds",
    "talk_seconds": "talk_seconds",
    "short_abandon": "short_abandon",
    "in_hours": "in_hours",
    "holiday": "holiday",
    "weekday": "weekday",
    "hour": "hour",
    "first_time": "first_time",
    "episode_id": "episode_id",
    "people_spoke": "spoke",
    "eligible": "eligible",
    "not_eligible": "not_eligible",
    "recorded": "recorded",
    "recording_state": "recording_state",
    "recording_cause": "recording_cause",
    "recording_evidence": "recording_evidence",
    "audio_seconds": "audio_seconds",
    "recorded_in_error": "recorded_in_error",
    "pbx_id": "pbx_id",
}
_EPISODE_COLUMNS = {
    "episode_id": "episode_id",
    "caller": "external_number",
    "tries": "tries",
    "first_missed_local": "first_missed_local",
    "last_missed_local": "last_missed_local",
    "state": "state",
    "call_back_by_local": "deadline_local",
    "first_attempt_local": "first_attempt_local",
    "reached_local": "reached_local",
    "seconds_to_callback": "seconds_to_callback",
    "open_seconds_to_callback": "open_seconds_to_callback",
    "first_time": "first_time",
    "longest_wait_seconds": "longest_wait_seconds",
    "call_back_now": "needs_call",
}


def call_sheet(account: Account, rows: Sequence[Row]) -> Sheet:
    """Every call of the period with what the views say of it."""
    said = [{**row, "recording_evidence": evidence.said(row["recording_evidence"])} for row in rows]
    return _sheet(_("Calls"), account, said, _CALL_COLUMNS)


def caller_sheet(account: Account, rows: Sequence[Row]) -> Sheet:
    """Every caller (episode) with a missed call in the period."""
    return _sheet(_("Callers"), account, rows, _EPISODE_COLUMNS)


_Figure = Callable[[Slice], int | float | None]
_ACCOUNT_FIGURES: dict[str, _Figure] = {
    "offered": lambda now: now.volumes.offered,
    "answered": lambda now: now.volumes.answered,
    "missed": lambda now: now.volumes.missed,
    "short_abandons": lambda now: now.volumes.short_abandons,
    "missed_rate": lambda now: now.volumes.missed_rate,
    "missed_callers": lambda now: now.callbacks.callers,
    "called_back": lambda now: now.callbacks.returned,
    "got_through_later": lambda now: now.callbacks.self_recovered,
    "still_in_time": lambda now: now.callbacks.still_open,
    "never_called_back": lambda now: now.callbacks.never_returned,
    "people_spoke": lambda now: now.coverage.spoken,
    "recorded": lambda now: now.coverage.recorded,
    "eligible": lambda now: now.coverage.eligible,
    "verified": lambda now: now.coverage.verified,
    "paused": lambda now: now.coverage.paused,
    "of_another_length": lambda now: now.coverage.mismatch,
    "missing": lambda now: now.coverage.missing,
    "pending": lambda now: now.coverage.pending,
    "not_known": lambda now: now.coverage.unknown,
    "coverage_rate": lambda now: now.coverage.rate,
    "recorded_in_error": lambda now: now.coverage.recorded_in_error,
}


def account_sheet(accounts: Sequence[AccountFigures]) -> Sheet:
    """One row per account with its figures; blank where nothing was read."""
    rows = []
    for one in accounts:
        head = (one.account.id, one.account.name, len(one.reading), sum(pbx.is_read for pbx in one.reading))
        figures = (figure(one.now) if one.is_read else None for figure in _ACCOUNT_FIGURES.values())
        rows.append((*head, *figures))
    return Sheet(_("Accounts"), ("account_id", "account", "pbxs", "pbxs_read", *_ACCOUNT_FIGURES), rows)


def _sheet(name: str, account: Account, rows: Sequence[Row], columns: dict[str, str]) -> Sheet:
    readers = {column: _reader(column, account) for column in columns.values()}
    return Sheet(name, tuple(columns), [tuple(readers[one](row) for one in columns.values()) for row in rows])


def _reader(column: str, account: Account) -> Callable[[Row], Cell]:
    if column == "external_number":
        # An internal call has no outside party: nobody withheld a number there.
        return lambda row: None if row.get("direction") == "internal" else shown(row[column], account, "page")
    if column == "external_name" and account.masking == "everywhere":
        return lambda _row: None
    return lambda row: row[column]


@dataclass(frozen=True)
class Shown:
    """A sheet as the page prints it: words for codes, and at most so many rows."""

    title: str
    said: str
    heads: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    numeric: list[int]
    note: str


MOST_ROWS = 1000  # a page of a month of a large account would not open on a phone; the workbook has them all


def on_page(sheet: Sheet, title: str, columns: dict[str, str], plays: Plays | None = None) -> Shown:
    """The columns named (head → words) of at most `MOST_ROWS` rows; with links if any of these calls can be played."""
    picked = sheet.only(title, *columns)
    heads = list(columns.values())
    numeric = [index for index, head in enumerate(columns) if head.endswith("_seconds") or head == "tries"]
    rows = [tuple(_say(head, cell) for head, cell in zip(columns, row, strict=True)) for row in picked.rows[:MOST_ROWS]]
    notes = [] if len(picked.rows) <= MOST_ROWS else [cut_note()]
    found = [plays.by_call.get(call_id) for call_id in sheet.column("call_id")[:MOST_ROWS]] if plays else []
    if plays and any(found):
        heads.append(_("Recording"))
        rows = [(*row, play) for row, play in zip(rows, found, strict=True)]
        notes.append(plays.until)
    return Shown(title, words.number(len(picked.rows)), tuple(heads), rows, numeric, " ".join(notes))


def cut_note() -> str:
    """What a table of the page says that has not all of its rows."""
    return _("The first %(rows)s; the workbook and the CSV have all.", rows=words.number(MOST_ROWS))


_CODES: Mapping[str, Mapping[str, str]] = {
    "miss_reason": words.REASONS,
    "state": words.STATES,
    "caller": words.NO_NUMBER,
    "direction": words.DIRECTIONS,
    "recording_state": words.RECORDING_STATES,
    "not_eligible": words.NOT_ELIGIBLE,
    "recording_cause": words.CAUSE_NAMES,
}


def _say(head: str, cell: Cell) -> Cell:
    if cell is None:
        return None
    if head.endswith("_local"):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if head.endswith("_seconds") or head == "seconds_to_callback":
        return round(cell)
    return _CODES.get(head, {}).get(cell, cell)
