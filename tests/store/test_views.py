"""The views' verdicts, each from rows written by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from trunkline.config import Config
from trunkline.settings import write_settings
from trunkline.store.lake import Lake

ADELAIDE = ZoneInfo("Australia/Adelaide")
CALLER = "+61412000001"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ADELAIDE)


def put(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    marks = ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", [*values.values()])  # noqa: S608  # noqa: S608


class Rows:
    """One account `acme` with one PBX, read to the end of 20 Nov 2026 unless told otherwise."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.calls = 0

    def settings(self, **changes: object) -> None:
        account = {"id": "acme", "name": "Acme", "timezone": "Australia/Adelaide", "country": "AU", **changes}
        agency = {"id": "a", "name": "A", "timezone": "Australia/Adelaide", "country": "AU"}
        write_settings(self.connection, Config.model_validate({"agency": agency, "account": [account]}), [2026])

    def read(self, since: str = "2026-01-01 00:00", until: str = "2026-11-21 00:00", state: str = "complete") -> None:
        put(self.connection, "windows", pbx_id="p", since=at(since), until=at(until), state=state)

    def call(self, when: str, outcome: str, number: str | None = CALLER, **more: object) -> str:
        self.calls += 1
        direction = {"answered": "inbound", "missed": "inbound", "internal": "internal"}.get(outcome, "outbound")
        values = {
            "call_id": f"c{self.calls}",
            "account_id": "acme",
            "pbx_id": "p",
            "started_at": at(when),
            "ended_at": at(when) + dt.timedelta(seconds=90),
            "direction": direction,
            "outcome": outcome,
            "external_number": number,
            "wait_seconds": 20.0,
            **more,
        }
        put(self.connection, "calls", **values)
        return str(values["call_id"])

    def recording(self, call_id: str, state: str, after: float = 0, **more: object) -> None:
        """A recording that begins `after` seconds after 09:00."""
        begins_at = at("2026-11-02 09:00") + dt.timedelta(seconds=after)
        owner = {"call_id": call_id, "account_id": "acme", "pbx_id": "p", "started_at": begins_at}
        put(self.connection, "recordings", recording_id=f"{call_id}:{after}{more}", state=state, **owner, **more)

    def all(self, view: str) -> list[dict[str, Any]]:
        found = self.connection.execute(f"FROM {view} ORDER BY ALL")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def one(self, view: str) -> dict[str, Any]:
        (row,) = self.all(view)
        return row


@pytest.fixture
def rows(new_lake: Lake) -> Iterator[Rows]:
    with new_lake.write() as connection:
        rows = Rows(connection)
        rows.settings(hours={"mon-fri": "08:30-17:30"}, holidays=["2026-11-10"])
        yield rows


# missed_calls


@pytest.mark.parametrize(("wait", "short"), [(9.99, True), (10.0, False), (None, None)])
def test_short_abandon(rows: Rows, wait: float | None, short: bool | None) -> None:
    rows.call("2026-11-09 09:00", "missed", wait_seconds=wait)
    assert rows.one("missed_calls")["short_abandon"] is short


@pytest.mark.parametrize(
    ("when", "in_hours"),
    [
        ("2026-11-09 08:29", False),
        ("2026-11-09 08:30", True),
        ("2026-11-09 17:29", True),
        ("2026-11-09 17:30", False),
        ("2026-11-08 10:00", False),  # a Sunday
        ("2026-11-10 10:00", False),  # a holiday
    ],
)
def test_in_hours(rows: Rows, when: str, in_hours: bool) -> None:
    rows.call(when, "missed")
    assert rows.one("missed_calls")["in_hours"] is in_hours


def test_without_hours_nothing_is_judged(rows: Rows) -> None:
    rows.settings()
    rows.call("2026-11-09 09:00", "missed")
    assert rows.one("missed_calls")["in_hours"] is None


def test_local_day_weekday_hour_and_holiday(rows: Rows) -> None:
    rows.call("2026-11-10 00:15", "missed")  # 9 Nov, 13:45 in UTC
    row = rows.one("missed_calls")
    assert (row["day"], row["weekday"], row["hour"], row["holiday"]) == (dt.date(2026, 11, 10), 2, 0, "holiday")


def test_a_withheld_caller_has_no_episode(rows: Rows) -> None:
    rows.call("2026-11-09 09:00", "missed", None)
    assert rows.one("missed_calls")["episode_id"] is None
    assert rows.all("episodes") == []


# episodes


def test_consecutive_misses_are_one_episode_until_somebody_speaks(rows: Rows) -> None:
    rows.read()
    for when in ("2026-11-02 09:00", "2026-11-02 10:00"):
        rows.call(when, "missed")
    rows.call("2026-11-02 11:00", "answered")
    rows.call("2026-11-04 09:00", "missed")
    first, second = rows.all("episodes")
    assert (first["episode_id"], first["tries"], first["state"]) == ("acme/c1", 2, "self_recovered")
    assert (second["episode_id"], second["tries"], second["state"]) == ("acme/c4", 1, "never_returned")
    assert (first["first_time"], second["first_time"]) == (True, False)
    assert [row["episode_id"] for row in rows.all("missed_calls")] == ["acme/c1", "acme/c1", "acme/c4"]


@pytest.mark.parametrize("outcome", ["connected", "not_connected"])
def test_a_call_out_in_time_returns_it_connected_or_tried(rows: Rows, outcome: str) -> None:
    rows.read()
    rows.call("2026-11-02 09:00", "missed")
    rows.call("2026-11-02 11:30", outcome)
    row = rows.one("episodes")
    assert (row["state"], row["seconds_to_callback"]) == ("returned", 9000)
    assert (row["reached_at"] is not None) == (outcome == "connected")


def test_a_call_out_before_the_miss_returns_nothing(rows: Rows) -> None:
    rows.read()
    rows.call("2026-11-02 08:00", "not_connected")
    rows.call("2026-11-02 09:00", "missed")
    row = rows.one("episodes")
    assert (row["state"], row["first_attempt_at"]) == ("never_returned", None)


def test_a_late_call_is_kept_but_does_not_return_it(rows: Rows) -> None:
    rows.read()
    rows.call("2026-11-02 09:00", "missed")
    rows.call("2026-11-03 09:01", "connected")
    row = rows.one("episodes")
    assert (row["state"], row["first_attempt_at"]) == ("never_returned", at("2026-11-03 09:01"))


def test_another_account_or_number_does_not_return_it(rows: Rows) -> None:
    rows.read()
    rows.call("2026-11-02 09:00", "missed")
    rows.call("2026-11-02 10:00", "connected", "+61412000002")
    rows.call("2026-11-02 10:00", "connected", account_id="other")
    assert rows.one("episodes")["state"] == "never_returned"


@pytest.mark.parametrize(
    ("within", "when", "deadline"),
    [
        ("30 minutes", "2026-11-09 09:00", "2026-11-09 09:30"),
        ("4 hours", "2026-10-04 00:30", "2026-10-04 05:30"),  # the clocks go forward at 02:00: elapsed time
        ("1 day", "2026-10-03 12:00", "2026-10-04 12:00"),  # the same local time, 23 hours later
        ("1 business day", "2026-11-09 09:00", "2026-11-11 09:00"),  # Tuesday is a holiday
        ("1 business day", "2026-11-06 16:00", "2026-11-09 16:00"),  # over the weekend
        ("1 business day", "2026-11-07 11:00", "2026-11-09 11:00"),  # from a Saturday
        ("2 business days", "2026-11-06 16:00", "2026-11-11 16:00"),
    ],
)
def test_the_deadline(rows: Rows, within: str, when: str, deadline: str) -> None:
    rows.settings(hours={"mon-fri": "08:30-17:30"}, holidays=["2026-11-10"], missed={"callback_within": within})
    rows.call(when, "missed")
    assert rows.one("episodes")["deadline_at"] == at(deadline)


def test_without_hours_business_days_are_monday_to_friday(rows: Rows) -> None:
    rows.settings()
    rows.call("2026-11-06 16:00", "missed")
    assert rows.one("episodes")["deadline_at"] == at("2026-11-09 16:00")


@pytest.mark.parametrize(
    ("windows", "state"),
    [
        ([("2026-11-01 00:00", "2026-11-03 08:59", "complete")], "open"),
        ([("2026-11-01 00:00", "2026-11-03 09:00", "complete")], "never_returned"),
        (
            [("2026-11-01 00:00", "2026-11-03 08:00", "complete"), ("2026-11-03 08:00", "2026-11-05 00:00", "failed")],
            "open",
        ),
        # read on both sides of a gap in which the call back may lie
        (
            [
                ("2026-11-01 00:00", "2026-11-02 12:00", "complete"),
                ("2026-11-02 18:00", "2026-11-05 00:00", "complete"),
            ],
            "open",
        ),
        (
            [
                ("2026-11-01 00:00", "2026-11-02 12:00", "complete"),
                ("2026-11-02 11:00", "2026-11-05 00:00", "complete"),
            ],
            "never_returned",
        ),
    ],
)
def test_nothing_is_judged_before_the_data_reaches_past_its_deadline(
    rows: Rows, windows: list[tuple[str, str, str]], state: str
) -> None:
    for window in windows:
        rows.read(*window)
    rows.call("2026-11-02 09:00", "missed")
    assert rows.one("episodes")["state"] == state


def test_the_least_read_pbx_decides(rows: Rows) -> None:
    rows.read()
    put(rows.connection, "pbxs", pbx_id="p2", account_id="acme")
    put(
        rows.connection,
        "windows",
        pbx_id="p2",
        since=at("2026-11-01 00:00"),
        until=at("2026-11-02 12:00"),
        state="complete",
    )
    rows.call("2026-11-02 09:00", "missed")
    assert rows.one("episodes")["state"] == "open"


@pytest.mark.parametrize(
    ("since", "state"),
    [("2026-11-02 09:00", "never_returned"), ("2026-11-03 00:00", "open"), (None, "open")],
)
def test_what_lies_before_a_pbxs_first_window_was_not_read(rows: Rows, since: str | None, state: str) -> None:
    """The call back may have been made from the other PBX, which was read later or never."""
    rows.read()
    put(rows.connection, "pbxs", pbx_id="p", account_id="acme")
    put(rows.connection, "pbxs", pbx_id="p2", account_id="acme")
    if since:
        until = at("2026-11-21 00:00")
        put(rows.connection, "windows", pbx_id="p2", since=at(since), until=until, state="complete")
    rows.call("2026-11-02 09:00", "missed")
    assert rows.one("episodes")["state"] == state


def test_without_windows_the_newest_call_is_the_end_of_the_data(rows: Rows) -> None:
    rows.call("2026-11-02 09:00", "missed")
    assert rows.one("episodes")["state"] == "open"
    rows.call("2026-11-04 09:00", "answered", "+61412000009")
    assert [row["state"] for row in rows.all("episodes")] == ["never_returned"]


@pytest.mark.parametrize(
    ("missed", "called", "open_hours"),
    [
        ("2026-11-02 09:00", "2026-11-02 11:00", 2),
        ("2026-11-02 16:30", "2026-11-03 09:30", 2),  # overnight
        ("2026-11-09 16:30", "2026-11-11 09:30", 2),  # over a holiday
        ("2026-11-07 11:00", "2026-11-08 11:00", 0),  # a weekend
        ("2026-11-02 20:00", "2026-11-03 09:00", 0.5),
    ],
)
def test_opening_hours_until_the_call_back(rows: Rows, missed: str, called: str, open_hours: float) -> None:
    rows.call(missed, "missed")
    rows.call(called, "connected")
    assert rows.one("episodes")["open_seconds_to_callback"] == open_hours * 3600


def test_opening_hours_are_unknown_without_hours(rows: Rows) -> None:
    rows.settings()
    rows.call("2026-11-02 09:00", "missed")
    rows.call("2026-11-02 10:00", "connected")
    assert rows.one("episodes")["open_seconds_to_callback"] is None


# coverage


def covered(rows: Rows) -> tuple[object, ...]:
    row = rows.one("coverage")
    return row["eligible"], row["recorded"], row["state"], row["cause"]


@pytest.mark.parametrize(
    ("talk", "audio", "state"),
    [
        (60, [60], "verified"),
        (60, [65], "verified"),
        (60, [65.1], "mismatch"),
        (60, [54], "mismatch"),
        (600, [570], "verified"),  # within 5 %
        (600, [569], "mismatch"),
        (600, [300, 290], "verified"),  # a transfer: two recordings of one call, one after the other
        (None, [7], "verified"),  # the v18 console does not tell the talk
    ],
)
def test_verified_is_as_long_as_the_talk(rows: Rows, talk: float | None, audio: list[float], state: str) -> None:
    rows.read()
    call = rows.call("2026-11-02 09:00", "answered", talk_seconds=talk)
    for index, seconds in enumerate(audio):
        rows.recording(call, "stored", after=sum(audio[:index]), bytes=1, audio_seconds=float(seconds))
    assert covered(rows) == (True, True, state, None)


@pytest.mark.parametrize(
    ("second", "heard"),
    [
        ((0, 60), 60),  # both sides of one talk
        ((30, 60), 90),  # a consultation while the first talk goes on
        ((10, 20), 60),  # inside the first
        ((70, 60), 120),  # after it
    ],
)
def test_audio_that_overlaps_counts_once(rows: Rows, second: tuple[int, int], heard: float) -> None:
    call = rows.call("2026-11-02 09:00", "answered", talk_seconds=60.0)
    rows.recording(call, "stored", bytes=1, audio_seconds=60.0)
    rows.recording(call, "stored", after=second[0], bytes=1, audio_seconds=float(second[1]))
    assert rows.one("coverage")["audio_seconds"] == heard


@pytest.mark.parametrize(
    ("pauses", "audio", "state"),
    [(["101"], 40.0, "paused"), (["801"], 40.0, "paused"), (["102"], 40.0, "mismatch"), (["101"], 80.0, "mismatch")],
)
def test_a_pause_explains_audio_that_is_shorter(rows: Rows, pauses: list[str], audio: float, state: str) -> None:
    rows.settings(recording_pauses=pauses)
    call = rows.call(
        "2026-11-02 09:00", "answered", talk_seconds=60.0, answered_by="101", answered_by_kind="extension", queue="801"
    )
    rows.recording(call, "stored", bytes=1, audio_seconds=audio)
    assert rows.one("coverage")["state"] == state


@pytest.mark.parametrize(
    ("state", "more", "expected"),
    [
        ("missing", {"cause": "quota"}, (True, False, "missing", "quota")),
        ("missing", {"cause": "unreachable"}, (True, False, "unknown", "unreachable")),
        ("missing", {"cause": "access"}, (True, False, "unknown", "access")),
        ("missing", {"cause": "policy"}, (False, False, "missing", "policy")),
        ("missing", {}, (True, False, "missing", "unexplained")),
        ("pending", {}, (True, False, "pending", None)),
        ("stored", {"bytes": 0, "audio_seconds": 0.0}, (True, True, "mismatch", None)),
        ("stored", {"bytes": 9}, (True, True, "unknown", None)),  # its length cannot be read
    ],
)
def test_what_was_found(rows: Rows, state: str, more: dict[str, object], expected: tuple[object, ...]) -> None:
    rows.read()
    call = rows.call("2026-11-02 09:00", "answered", talk_seconds=60.0)
    rows.recording(call, state, **more)
    assert covered(rows) == expected


def test_what_was_not_looked_at_is_unknown_and_what_is_young_pending(rows: Rows) -> None:
    rows.read(until="2026-11-02 12:00")
    rows.call("2026-11-02 10:00", "answered", talk_seconds=60.0)
    rows.call("2026-11-02 11:30", "answered", talk_seconds=60.0)
    assert [row["state"] for row in rows.all("coverage")] == ["unknown", "pending"]


@pytest.mark.parametrize(
    ("policy", "outcome", "eligible", "in_error"),
    [
        ("all", "internal", True, False),
        ("external", "internal", False, True),
        ("external", "connected", True, False),
        ("none", "answered", False, True),
        ("on-demand", "answered", False, False),
    ],
)
def test_policy_of_the_account(rows: Rows, policy: str, outcome: str, eligible: bool, in_error: bool) -> None:
    rows.settings(recording_policy=policy)
    rows.read()
    call = rows.call("2026-11-02 09:00", outcome, talk_seconds=60.0, answered_by="101", answered_by_kind="extension")
    rows.recording(call, "stored", bytes=1, audio_seconds=60.0)
    row = rows.one("coverage")
    assert (row["eligible"], row["recorded_in_error"]) == (eligible, in_error)


def test_a_call_with_less_than_three_seconds_of_talk_is_not_expected(rows: Rows) -> None:
    rows.read()
    rows.call("2026-11-02 09:00", "answered", talk_seconds=2.9)
    rows.call("2026-11-02 10:00", "answered", talk_seconds=3.0)
    found = [(row["eligible"], row["state"]) for row in rows.all("coverage")]
    assert found == [(False, "unknown"), (True, "unknown")]  # nobody looks for a recording that is not expected


@pytest.mark.parametrize(
    ("snapshots", "expected"),
    [
        ([("101", "extension", "yes", 1)], (True, "unknown", None)),
        ([("101", "extension", "no", 1)], (False, "missing", "policy")),
        ([("101", "extension", "yes", 1), ("101", "extension", "no", 2)], (False, "missing", "policy")),
        # switched off on a later day; on a day nobody looked, it may have been off; off when looked at first
        ([("101", "extension", "yes", 2), ("101", "extension", "no", 3)], (True, "unknown", None)),
        ([("101", "extension", "yes", 1), ("101", "extension", "no", 3)], (False, "missing", "policy")),
        ([("101", "extension", "no", 3), ("101", "extension", "yes", 4)], (False, "missing", "policy")),
        ([("101", "extension", "no", 1), ("801", "queue", "yes", 1)], (True, "unknown", None)),
        ([("101", "extension", "yes", 1), ("801", "queue", "opt", 1)], (False, "missing", "policy")),
        ([("102", "extension", "no", 1)], (True, "unknown", None)),  # another extension
    ],
)
def test_the_snapshots_on_both_sides_decide(
    rows: Rows, snapshots: list[tuple[str, str, str, int]], expected: tuple[object, ...]
) -> None:
    rows.read()
    for dn, kind, records, day in snapshots:
        put(rows.connection, "pbx_settings", pbx_id="p", dn=dn, kind=kind, records=records, day=dt.date(2026, 11, day))
    rows.call(
        "2026-11-02 19:00", "answered", talk_seconds=60.0, answered_by="101", answered_by_kind="extension", queue="801"
    )
    eligible, _recorded, state, cause = covered(rows)
    assert (eligible, state, cause) == expected


@pytest.mark.parametrize(
    ("off_on", "in_error", "since"), [(2, False, dt.date(2026, 11, 2)), (1, True, None), (3, False, None)]
)
def test_a_recording_is_an_error_only_if_the_switch_was_off_all_day(
    rows: Rows, off_on: int, in_error: bool, since: dt.date | None
) -> None:
    for day in range(1, 5):
        records = "no" if day >= off_on else "yes"
        values = {"pbx_id": "p", "dn": "101", "kind": "extension", "records": records, "day": dt.date(2026, 11, day)}
        put(rows.connection, "pbx_settings", **values)
    call = rows.call("2026-11-02 19:00", "answered", talk_seconds=60.0, answered_by="101", answered_by_kind="extension")
    rows.recording(call, "stored", bytes=1, audio_seconds=60.0)
    row = rows.one("coverage")
    assert (row["recorded_in_error"], row["off_since"], row["state"]) == (in_error, since, "verified")
    assert row["eligible"] is not in_error


def test_missed_and_unconnected_calls_are_not_in_it(rows: Rows) -> None:
    rows.call("2026-11-02 09:00", "missed")
    rows.call("2026-11-02 09:00", "not_connected")
    rows.call("2026-11-02 09:00", "internal", answered_by=None)
    assert rows.all("coverage") == []


# settings


def test_unchanged_settings_are_not_written_again(rows: Rows) -> None:
    account = {
        "id": "b",
        "name": "B",
        "timezone": "Europe/Berlin",
        "country": "DE",
        "hours": {"mon": "08:00-12:00, 11:00-17:00"},
        "holidays": "DE",
    }
    agency = {"id": "a", "name": "A", "timezone": "Europe/Berlin", "country": "DE"}
    config = Config.model_validate({"agency": agency, "account": [account]})
    assert write_settings(rows.connection, config, [2026]) == 1
    assert write_settings(rows.connection, config, [2026]) == 0
    assert write_settings(rows.connection, config, [2025, 2027]) == 1
    assert rows.connection.execute(
        "SELECT DISTINCT year(day) FROM holidays WHERE account_id = 'b' ORDER BY 1"
    ).fetchall() == [(2025,), (2026,), (2027,)]
    spans = rows.connection.execute("FROM open_spans WHERE account_id = 'b'").fetchall()
    assert spans == [("b", 1, 480, 1020)]  # overlapping spans are one
    kept = rows.connection.execute("SELECT count(*) FROM accounts").fetchone()
    assert kept == (2,)  # what has left the config keeps its settings
