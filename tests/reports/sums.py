"""The figures of a report, summed up from the rows of its CSV in plain Python, and said as the mails say them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

Row = dict[str, str]
REASONS = {
    "queue_abandoned": "gave up in a queue",
    "no_answer": "rang, nobody picked up",
    "voicemail": "went to voicemail",
    "ivr_abandoned": "left in the menu",
    "not_offered": "no phone rang (closed message)",
    "busy": "line busy",
    "rejected": "rejected",
}
CAUSES = {
    "access": "no right to the recording",
    "licence": "licence without recording",
    "quota": "recording storage full or stopped",
    "not_recorded": "3CX made no recording",
    "unreachable": "PBX could not be read",
    "mismatch": "shorter or longer than the talk",
    "not_looked_at": "not looked at yet",
    "unreadable": "stored, but its length cannot be read",
}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read(path: Path) -> list[Row]:
    """Rows as dicts of text."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def count(rows: Iterable[Row], **wanted: str) -> int:
    """Rows whose cells are these."""
    return sum(all(row[head] == cell for head, cell in wanted.items()) for row in rows)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class Sums:
    """One period's rows."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.callers = list({row["episode_id"]: row for row in rows if row["episode_id"]}.values())
        self.missed = count(rows, outcome="missed")
        self.short = count(rows, short_abandon="true")
        self.lost = count(rows, lost="true")
        self.offered = count(rows, direction="inbound")
        self.never = count(self.callers, episode_state="never_returned")
        self.unjudged = count(self.callers, episode_unjudged="true")
        states = Counter(row["recording_state"] for row in rows if row["eligible"] == "true")
        self.covered, self.unknown, self.pending = (
            states["verified"] + states["paused"],
            states["unknown"],
            states["pending"],
        )
        self.judged = self.covered + states["mismatch"] + states["missing"]
        self.paused, self.eligible = states["paused"], sum(states.values())
        spoken = [row for row in rows if row["people_spoke"] == "true"]
        self.recorded = count(spoken, recorded="true")
        self.spoken = len(spoken)
        self.spoken_known = self.spoken - sum(
            row["recorded"] == "false" and row["recording_state"] in {"pending", "unknown"} for row in spoken
        )
        verified = [row for row in rows if row["eligible"] == "true" and row["recording_state"] == "verified"]
        self.unmeasured = count(verified, talk_seconds="")

    def causes(self, is_unknown: bool) -> list[tuple[str, int]]:
        """Of eligible calls without a verified recording, most first."""
        found = Counter(
            row["coverage_cause"]
            for row in self.rows
            if row["coverage_cause"] and (row["recording_state"] == "unknown") == is_unknown
        )
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))

    def lost_by(self) -> dict[str, list[tuple[str, int]]]:
        """Heading → labels and counts, most first. A number inside belongs to a PBX."""
        lost = [row for row in self.rows if row["lost"] == "true"]
        found = {
            "Reason": Counter(("", row["miss_reason"]) for row in lost),
            "Queue": Counter((row["pbx_id"], row["queue"]) for row in lost if row["queue"]),
            "Number called": Counter(("", row["number_called"]) for row in lost if row["number_called"]),
            "Phone that rang": Counter(
                (row["pbx_id"], dn) for row in lost for dn in row["rang_extensions"].split(";") if dn
            ),
        }
        return {
            title: sorted(((label, calls) for (_, label), calls in counts.items()), key=lambda one: (-one[1], one[0]))
            for title, counts in found.items()
            if counts
        }

    def call_backs(self) -> list[tuple[str, str, int, str, str]]:
        """Number, note, tries, last try and waited, as printed."""
        chosen = [row for row in self.callers if row["call_back_now"] == "true"]
        chosen.sort(key=lambda row: row["episode_id"])
        chosen.sort(key=lambda row: (int(row["episode_tries"]), row["episode_last_missed_local"]), reverse=True)
        notes = {"open": "still in time", "returned": "tried again after your call"}
        lines = []
        for row in chosen:
            note = notes.get(row["episode_state"], "")
            if row["episode_unjudged"] == "true":
                note = "maybe called back where nothing was read"
            first = "first-time caller" if row["episode_first_time"] == "true" else ""
            last = dt.datetime.fromisoformat(row["episode_last_missed_local"])
            waited = span(float(row["episode_longest_wait_seconds"])) if row["episode_longest_wait_seconds"] else "–"
            said = f"{last:%a} {last.day} {last:%b %H:%M}".replace(" Sep ", " Sept ")  # as Australia writes it
            lines.append(
                (row["caller"], ", ".join(filter(None, (first, note))), int(row["episode_tries"]), said, waited)
            )
        return lines

    def cell(self, weekday: int, hours: range) -> int:
        """Lost calls of a weekday's hours, without those out of opening hours."""
        return sum(
            row["lost"] == "true"
            and row["weekday"] == str(weekday)
            and int(row["hour"]) in hours
            and row["in_hours"] != "false"
            for row in self.rows
        )

    def seconds(self, head: str) -> list[float]:
        """Of each caller who was tried."""
        return sorted(float(row[head]) for row in self.callers if row[head])


def between(values: list[float], part: float) -> float:
    """A quantile, in proportion between its neighbours."""
    at = part * (len(values) - 1)
    low, high = int(at), min(int(at) + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (at - low)


def percent(rate: float | None, digits: int = 0) -> str:
    if rate is None:
        return "–"
    said = f"{100 * rate:.{digits}f}%"
    return {0.0: "0%", 1.0: "100%"}.get(rate, said)


def span(seconds: float) -> str:
    """The two largest units."""
    left, parts = round(seconds), []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        parts.append((left // size, unit))
        left %= size
    first = next((place for place, (amount, _unit) in enumerate(parts) if amount), 3)
    return " ".join(f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount) or "0 s"


def many(amount: int, one: str) -> str:
    return f"{amount} {one}" if amount == 1 else f"{amount} {one}s"


def points(now: float | None, before: float | None, what: str, *, lower_is_better: bool, digits: int) -> str:
    if now is None or before is None:
        return f"no comparison with {what}"
    change = round(100 * now, digits) - round(100 * before, digits)
    if abs(change) < 0.5 * 10**-digits:
        return f"same as {what}"
    amount = f"{abs(change):.{digits}f}"
    word = "better" if (change < 0) == lower_is_better else "worse"
    unit = "point" if float(amount) == 1 else "points"
    return f"{'▼' if change < 0 else '▲'} {amount} {unit} {word} than {what} ({percent(before, digits)})"


def difference(now: int, before: int, what: str) -> str:
    if now == before:
        return f"same as {what}"
    sign, word = ("▼", "fewer") if now < before else ("▲", "more")
    return f"{sign} {abs(now - before)} {word} than {what} ({before})"
