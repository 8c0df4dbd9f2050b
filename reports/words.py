"""How figures are said: numbers, spans, changes, and what each cause means and how it is mended."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from trunkline.hours import Within

DASH = "–"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

REASONS = {
    "queue_abandoned": "gave up in a queue",
    "no_answer": "rang, nobody picked up",
    "voicemail": "went to voicemail",
    "ivr_abandoned": "left in the menu",
    "not_offered": "no phone rang (closed message)",
    "busy": "line busy",
    "rejected": "rejected",
    "unclassified": "reason not known",
}

CAUSES = {
    "access": ("no right to the recording", "Give the API client the role Recording Manager in 3CX."),
    "licence": ("licence without recording", "Renew the 3CX licence, or choose one that includes recording."),
    "quota": (
        "recording storage full or stopped",
        "Free or enlarge the recording quota in 3CX, then start recording again.",
    ),
    "policy": (
        "switched off by policy",
        "If this is not wanted: switch recording on for the extension or queue in 3CX.",
    ),
    "not_recorded": ("3CX made no recording", "Check that the extension records all calls and that nobody paused it."),
    "purged": ("deleted on the PBX before it was read", "Keep recordings longer on the PBX, or sync more often."),
    "archived": ("moved to an archive", "Give trunkline access to the archive, or keep recordings on the PBX."),
    "unreachable": ("PBX could not be read", "It is read again on the next run."),
    "build": ("listed, but its address fails", "Update 3CX: this build announces recordings it does not serve."),
    "damaged": ("file cannot be played", "Fetched again on the next run; if it stays, check the PBX's disk."),
    "mismatch": (
        "shorter or longer than the talk",
        "Listen to one: recording may start late, pause, or stop on transfer.",
    ),
    "not_looked_at": ("not looked at yet", "Looked for on the next run."),
    "unreadable": (
        "stored, but its length cannot be read",
        "Play one: the file may be of a kind that is not known here.",
    ),
    "unexplained": ("no cause found", "Run trunkline doctor for this PBX and send its output to support."),
}

NOT_ELIGIBLE = {
    "too_short": "talked less than 3 seconds",
    "account_policy": "this account is not recorded",
    "on_demand": "recorded on demand or if the caller agrees",
    "internal": "internal calls are not recorded",
    "switched_off": "extension or queue switched off in 3CX",
    "changed": "extension or queue switched on or off that day, not recorded",
    "pbx_policy": "3CX says its policy excludes it",
    "retention": "older than recordings are kept",
}

STATES = {
    "open": "still in time",
    "returned": "called back",
    "self_recovered": "got through later",
    "never_returned": "not called back in time",
}


def one_line(text: str) -> str:
    """Without line breaks and other control characters, so that a name cannot add a mail header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def inside(title: str) -> str:
    """A period's title inside a sentence: `week of …`."""
    return title.replace("Week of", "week of", 1)


def number(count: float) -> str:
    """`1,240`."""
    return f"{count:,.0f}"


def percent(rate: float | None, digits: int = 0) -> str:
    """`12%`, `11.8%`; a dash where it is not known. Only all is `100%` and only none is `0%`."""
    if rate is None:
        return DASH
    if rate in (0, 1):
        return f"{rate:.0%}"
    text = f"{rate * 100:.{digits}f}"
    if float(text) >= 100:
        return f">{99.9 if digits else 99}%"
    if float(text) <= 0:
        return "<0.1%" if digits else "<1%"
    return f"{text}%"


def count(amount: int, one: str, many: str = "") -> str:
    """`1 caller`, `2 callers`."""
    return f"{number(amount)} {one if amount == 1 else many or one + 's'}"


def span(seconds: float | None) -> str:
    """`45 s`, `1 min 20 s`, `3 h 10 min`, `2 d 4 h`; a dash where it is not known."""
    if seconds is None:
        return DASH
    whole = round(seconds)
    for size, unit, smaller, name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            big, rest = divmod(whole, size)
            return f"{big} {unit}" + (f" {rest // smaller} {name}" if rest // smaller else "")
    return f"{whole} s"


def within(allowed: Within) -> str:
    """`1 business day`, `4 hours`."""
    return f"{allowed.amount} {allowed.unit}{'s' if allowed.amount != 1 else ''}"


def at(instant: dt.datetime, timezone: str) -> dt.datetime:
    """An instant as local time."""
    return instant.astimezone(ZoneInfo(timezone))


def moment(local: dt.datetime) -> str:
    """`Mon 9 Nov 09:20`, of a local time."""
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def day(date: dt.date) -> str:
    """`Mon 9 Nov`."""
    return f"{date:%a} {date.day} {date:%b}"


def points(now: float | None, before: float | None, what: str, *, lower_is_better: bool, digits: int) -> str:
    """`▼ 1.2 points better than the week before (13.0%)`."""
    if now is None or before is None:
        return f"no comparison with {what}"
    change = round(now * 100, digits) - round(before * 100, digits)
    if abs(change) < 10**-digits / 2:
        return f"same as {what}"
    better = (change < 0) == lower_is_better
    amount = f"{abs(change):.{digits}f}"
    unit = "point" if float(amount) == 1 else "points"
    sign, word = ("▼" if change < 0 else "▲"), ("better" if better else "worse")
    return f"{sign} {amount} {unit} {word} than {what} ({percent(before, digits)})"


def difference(now: int, before: int | None, what: str) -> str:
    """`▲ 6 more than the week before (113)`."""
    if before is None:
        return f"no comparison with {what}"
    if now == before:
        return f"same as {what}"
    word = "fewer" if now < before else "more"
    return f"{'▼' if now < before else '▲'} {number(abs(now - before))} {word} than {what} ({number(before)})"
