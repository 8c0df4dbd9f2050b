"""The rows behind the figures, once for page, workbook and CSV. Times are local, spans are seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.config import Account
from trunkline.numbers import masked
from trunkline.reports import evidence, words
from trunkline.reports.account import AccountFigures
from trunkline.reports.play import Plays
from trunkline.reports.reasons import COVERED, PENDING, reason
from trunkline.reports.rows import Place, is_hidden, shown
from trunkline.reports.sql import Row

Cell = Any
_OUTSIDE = re.compile(r"\d{7}")  # numbers inside are short


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

    def plus(self, head: str, values: Sequence[Cell]) -> Sheet:
        """With one more column, the first."""
        rows = [(value, *row) for value, row in zip(values, self.rows, strict=True)]
        return Sheet(self.name, (head, *self.heads), rows)

    def only(self, name: str, *heads: str) -> Sheet:
        """Some of the columns."""
        indexes = [self.heads.index(head) for head in heads]
        return Sheet(name, heads, [tuple(row[index] for index in indexes) for row in self.rows])


# Head → column of `report_calls`; the caller's number and name are treated apart.
_CALL_COLUMNS = {
    "call_id": "call_id",
    "started_local": "local_at",
    "started_utc": "utc_at",
    "direction": "direction",
    "outcome": "outcome",
    "miss_reason": "miss_reason",
    "caller": "external_number",
    "caller_name": "external_name",
    "caller_key": "caller_key",
    "number_called": "did",
    "queue": "queue",
    "rang_extensions": "rang_extensions",
    "answered_by": "answered_by",
    "wait_seconds": "wait_seconds",
    "talk_seconds": "talk_seconds",
    "short_abandon": "short_abandon",
    "lost": "is_lost",
    "in_hours": "in_hours",
    "holiday": "holiday",
    "weekday": "weekday",
    "hour": "hour",
    "first_time": "first_time",
    "episode_id": "episode_id",
    "episode_state": "state_then",
    "episode_unjudged": "is_unjudged",
    "episode_tries": "tries",
    "episode_last_missed_local": "last_missed_local",
    "episode_longest_wait_seconds": "longest_wait_seconds",
    "episode_first_time": "caller_first_time",
    "episode_reached": "is_reached",
    "call_back_now": "needs_call",
    "seconds_to_callback": "seconds_to_callback",
    "open_seconds_to_callback": "open_seconds_to_callback",
    "people_spoke": "spoke",
    "eligible": "eligible",
    "not_eligible": "not_eligible",
    "recorded": "recorded",
    "recording_state": "recording_state",
    "recording_cause": "recording_cause",
    "coverage_cause": "coverage_cause",
    "recording_evidence": "recording_evidence",
    "audio_seconds": "audio_seconds",
    "recorded_in_error": "recorded_in_error",
    "caller_removed": "is_removed",
    "recording_removed": "recording_removed",
    "crm_states": "crm_states",
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


def call_sheet(account: Account, rows: Sequence[Row], place: Place = "page") -> Sheet:
    """Every call with what the views say of it, in the order of `rows`; for a mail with numbers as mails show them."""
    keys = _caller_keys(rows)
    said = [
        {
            **row,
            "recording_evidence": evidence.said(row["recording_evidence"]),
            "coverage_cause": _gap(row),
            "caller_key": keys.get(row["external_number"]),
        }
        for row in rows
    ]
    return _sheet("Calls", account, said, _CALL_COLUMNS, place)


def _caller_keys(rows: Sequence[Row]) -> dict[str | None, str]:
    """Caller → `caller 17`: tells callers apart in one report, also where numbers are masked, and tells no number."""
    numbers = dict.fromkeys(row["external_number"] for row in rows if row["external_number"] is not None)
    return {number: f"caller {place}" for place, number in enumerate(numbers, start=1)}


def _gap(row: Row) -> str | None:
    """Why a call that should be recorded has no verified recording, as the causes are counted; null of others."""
    if not row["eligible"]:
        return None
    said = reason({**row, "state": row["recording_state"], "cause": row["recording_cause"]})
    return None if said in {COVERED, PENDING} else said


def csv_sheet(account: Account, now: Sequence[Row], before: Sequence[Row], place: Place = "page") -> Sheet:
    """The calls of the period (`this`) and of the one before (`before`): all that the mail's figures come from."""
    return call_sheet(account, [*now, *before], place).plus("period", ["this"] * len(now) + ["before"] * len(before))


def caller_sheet(account: Account, rows: Sequence[Row], place: Place = "page") -> Sheet:
    """Every caller (episode) with a missed call in the period."""
    return _sheet("Callers", account, rows, _EPISODE_COLUMNS, place)


_Figure = Callable[[AccountFigures], int | float | None]
_ACCOUNT_FIGURES: dict[str, _Figure] = {
    "calls": lambda f: f.now.volumes.calls,
    "offered": lambda f: f.now.volumes.offered,
    "answered": lambda f: f.now.volumes.answered,
    "missed": lambda f: f.now.volumes.missed,
    "short_abandons": lambda f: f.now.volumes.short_abandons,
    "missed_rate": lambda f: f.now.volumes.missed_rate,
    "missed_callers": lambda f: f.now.callbacks.callers,
    "called_back": lambda f: f.now.callbacks.returned,
    "got_through_later": lambda f: f.now.callbacks.self_recovered,
    "still_in_time": lambda f: f.now.callbacks.still_open,
    "of_these_not_known": lambda f: f.now.callbacks.unjudged,
    "never_called_back": lambda f: f.now.callbacks.never_returned,
    "people_spoke": lambda f: f.now.coverage.spoken,
    "recorded": lambda f: f.now.coverage.recorded,
    "recorded_not_known": lambda f: f.now.coverage.not_known,
    "eligible": lambda f: f.now.coverage.eligible,
    "verified": lambda f: f.now.coverage.verified,
    "paused": lambda f: f.now.coverage.paused,
    "of_another_length": lambda f: f.now.coverage.mismatch,
    "missing": lambda f: f.now.coverage.missing,
    "pending": lambda f: f.now.coverage.pending,
    "not_known": lambda f: f.now.coverage.unknown,
    "coverage_rate": lambda f: f.now.coverage.rate,
    "recorded_in_error": lambda f: f.now.coverage.recorded_in_error,
    "rows_received": lambda f: sum(pbx.rows for pbx in f.reading),
    "crm_delivered": lambda f: sum(crm.delivered for crm in f.deliveries),
    "crm_skipped": lambda f: sum(crm.skipped for crm in f.deliveries),
    "crm_failed": lambda f: sum(crm.failed_calls for crm in f.deliveries),
}
# Only of accounts that were read in full in both periods; the agency's changes are of these.
_COMPARED: dict[str, _Figure] = {
    "before_offered": lambda f: f.before.volumes.offered,
    "before_missed": lambda f: f.before.volumes.missed,
    "before_short_abandons": lambda f: f.before.volumes.short_abandons,
    "before_never_called_back": lambda f: f.before.callbacks.never_returned,
    "before_eligible": lambda f: f.before.coverage.eligible,
    "before_covered": lambda f: f.before.coverage.covered,
    "before_judged": lambda f: f.before.coverage.judged,
}


def account_sheet(accounts: Sequence[AccountFigures]) -> Sheet:
    """One row per account with its figures; blank where nothing was read, or is not to be compared."""
    rows = []
    for one in accounts:
        head = (one.account.id, one.account.name, len(one.reading), sum(pbx.is_read for pbx in one.reading))
        figures = (figure(one) if one.is_read else None for figure in _ACCOUNT_FIGURES.values())
        compared = (figure(one) if one.is_comparable else None for figure in _COMPARED.values())
        rows.append((*head, *figures, *compared))
    return Sheet("Accounts", ("account_id", "account", "pbxs", "pbxs_read", *_ACCOUNT_FIGURES, *_COMPARED), rows)


def _sheet(name: str, account: Account, rows: Sequence[Row], columns: dict[str, str], place: Place) -> Sheet:
    readers = {column: _reader(column, account, place) for column in columns.values()}
    return Sheet(name, tuple(columns), [tuple(readers[one](row) for one in columns.values()) for row in rows])


def _reader(column: str, account: Account, place: Place) -> Callable[[Row], Cell]:
    if column == "external_number":
        # An internal call has no outside party: nobody withheld a number there.
        return lambda row: None if row.get("direction") == "internal" else shown(row[column], account, place)
    if column == "external_name" and is_hidden(account, place):
        return lambda _row: None
    if column == "answered_by" and is_hidden(account, place):  # somebody's mobile, where calls are forwarded
        return lambda row: masked(row[column], account.country) if _OUTSIDE.search(row[column] or "") else row[column]
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
    notes = [] if len(picked.rows) <= MOST_ROWS else [f"The first {MOST_ROWS:,}; the workbook and the CSV have all."]
    found = [plays.by_call.get(call_id) for call_id in sheet.column("call_id")[:MOST_ROWS]] if plays else []
    if plays and any(found):
        heads.append("Recording")
        rows = [(*row, play) for row, play in zip(rows, found, strict=True)]
        notes.append(plays.until)
    return Shown(title, words.number(len(picked.rows)), tuple(heads), rows, numeric, " ".join(notes))


_CODES: Mapping[str, Mapping[str, str]] = {
    "miss_reason": words.REASONS,
    "state": words.STATES,
    "not_eligible": words.NOT_ELIGIBLE,
    "recording_cause": words.CAUSE_NAMES,
}


def _say(head: str, cell: Cell) -> Cell:
    if cell is None:
        return None
    if head.endswith("_local"):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if head.endswith("_seconds") or head == "seconds_to_callback":
        return round(cell)
    return _CODES.get(head, {}).get(cell, cell)
