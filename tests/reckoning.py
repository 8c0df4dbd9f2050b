"""What a report must say, reckoned from what happened: plain Python over a described world.

No SQL, and nothing of trunkline: neither its rules nor its calendar. Times are instants in UTC; local time is
zoneinfo's. The definitions are those printed at the foot of every report.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

Figures = dict[str, Any]
TURNED_AWAY = {"busy", "rejected", "not_offered", "voicemail"}
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class Tape:
    """What is known of one recording."""

    state: str
    cause: str | None = None
    audio: float | None = None
    size: int = 1000
    begins: dt.datetime | None = None


@dataclass(frozen=True)
class Call:
    """What happened once. `rang`: extensions that rang; `by`: the one who spoke."""

    id: str
    pbx: str
    at: dt.datetime
    direction: str
    outcome: str
    number: str | None = None
    reason: str | None = None
    did: str | None = None
    queue: str | None = None
    wait: float | None = None
    talk: float | None = None
    rang: tuple[str, ...] = ()
    by: str | None = None
    ended: dt.datetime | None = None
    tapes: tuple[Tape, ...] = ()

    @property
    def missed(self) -> bool:
        return self.outcome == "missed"

    @property
    def spoke(self) -> bool:
        return self.outcome in {"answered", "connected"} or (self.direction == "internal" and self.by is not None)


@dataclass(frozen=True)
class Office:
    """A client: its settings, and all that its PBXs hold. `hours`: ISO weekday → (from, to) in minutes; null: none.

    `read`: PBX → the spans that were read in full. `switches`: (PBX, DN) → how it is set to record.
    """

    id: str
    zone: str
    pbxs: tuple[str, ...]
    hours: dict[int, tuple[tuple[int, int], ...]] | None = None
    holidays: frozenset[dt.date] = frozenset()
    short: float = 10
    within: tuple[int, str] = (1, "business day")
    policy: str = "all"
    pausing: frozenset[str] = frozenset()
    switches: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    read: dict[str, tuple[tuple[dt.datetime, dt.datetime], ...]] = field(default_factory=dict)

    def local(self, at: dt.datetime) -> dt.datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def instant(self, day: dt.date, time: dt.time) -> dt.datetime:
        """A local time as an instant. One that comes twice is its second; one that is skipped is as much later."""
        wall = dt.datetime.combine(day, time, ZoneInfo(self.zone)).replace(fold=1)
        skipped = wall.astimezone(dt.UTC).astimezone(wall.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None)
        return wall.replace(fold=0 if skipped else 1).astimezone(dt.UTC)

    def works_on(self, day: dt.date) -> bool:
        open_days = set(range(1, 6)) if not self.hours else set(self.hours)
        return day.isoweekday() in open_days and day not in self.holidays

    def in_hours(self, at: dt.datetime) -> bool | None:
        if not self.hours:
            return None
        local = self.local(at)
        minute = local.hour * 60 + local.minute
        spans = () if local.date() in self.holidays else self.hours.get(local.isoweekday(), ())
        return any(opens <= minute < closes for opens, closes in spans)

    def open_seconds(self, since: dt.datetime, until: dt.datetime) -> float | None:
        """How long the office was open in between."""
        if not self.hours:
            return None
        total, day = 0.0, self.local(since).date()
        while day <= self.local(until).date():
            for opens, closes in () if day in self.holidays else self.hours.get(day.isoweekday(), ()):
                begins, ends = self._edge(day, opens), self._edge(day, closes)
                total += max(0.0, (min(until, ends) - max(since, begins)).total_seconds())
            day += DAY
        return total

    def _edge(self, day: dt.date, minute: int) -> dt.datetime:
        return self.instant(day + DAY * (minute // 1440), dt.time(minute % 1440 // 60, minute % 60))

    def deadline(self, missed: dt.datetime) -> dt.datetime:
        """Until when a caller missed then is to be called back."""
        amount, unit = self.within
        if unit in {"minute", "hour"}:
            return missed + amount * (HOUR if unit == "hour" else HOUR / 60)
        local = self.local(missed)
        day = local.date()
        for _ in range(amount):
            day += DAY
            while unit == "business day" and not self.works_on(day):
                day += DAY
        return self.instant(day, local.time())

    def ends(self) -> list[dt.datetime]:
        """How far each PBX is read."""
        return [max(until for _since, until in spans) for spans in self.read.values() if spans]

    def was_read(self, since: dt.datetime, until: dt.datetime) -> bool:
        """Whether every PBX was read from one instant to the other."""
        return all(_hole(self.read.get(pbx, ()), since, until) == 0 for pbx in self.pbxs)


def _hole(spans: Iterable[tuple[dt.datetime, dt.datetime]], since: dt.datetime, until: dt.datetime) -> float:
    """Seconds of a span that no other span covers."""
    hole, at = 0.0, since
    for begins, ends in sorted(spans):
        hole += max(0.0, (min(begins, until) - at).total_seconds())
        at = max(at, min(ends, until))
    return hole + max(0.0, (until - at).total_seconds())


@dataclass
class Turn:
    """One caller's missed calls until somebody spoke to them."""

    number: str
    misses: list[Call] = field(default_factory=list)
    tries_out: list[Call] = field(default_factory=list)
    talk: Call | None = None
    is_new: bool = False

    def attempts(self) -> list[dt.datetime]:
        out = [*self.tries_out, *([self.talk] if self.talk and self.talk.direction == "outbound" else [])]
        return [one.at for one in out if one.at >= self.misses[0].at]

    def state(self, office: Office, now: dt.datetime | None) -> str:
        """What became of the caller, as the data tells; with `now`, as it stood then."""
        deadline = office.deadline(self.misses[0].at)
        seen = [at for at in self.attempts() if now is None or at <= now]
        if any(at <= deadline for at in seen):
            return "returned"
        if self.talk and self.talk.direction == "inbound" and (now is None or self.talk.at <= now):
            return "self_recovered"
        over = all(deadline <= end for end in office.ends()) and (now is None or deadline <= now)
        return "never_returned" if over and office.was_read(self.misses[0].at, deadline) else "open"


def turns(office: Office) -> list[Turn]:
    """All episodes of an office, in the order of their first miss."""
    found = []
    by_number: dict[str, list[Call]] = defaultdict(list)
    for call in sorted(office.calls, key=lambda one: (one.at, one.id)):
        if call.number and call.direction != "internal":
            by_number[call.number].append(call)
    for number, calls in by_number.items():
        turn = Turn(number)
        for call in calls:
            if call.outcome in {"answered", "connected"}:
                turn.talk = call
                found.append(turn)
                turn = Turn(number)
            elif call.missed:
                turn.is_new = turn.is_new or call.at == calls[0].at
                turn.misses.append(call)
            else:
                turn.tries_out.append(call)
        found.append(turn)
    return sorted((turn for turn in found if turn.misses), key=lambda turn: (turn.misses[0].at, turn.misses[0].id))


def figures(office: Office, first: dt.date, end: dt.date, before: tuple[dt.date, dt.date]) -> Figures:
    """Every figure of the office's report of the days first ≤ day < end, and those of the days before."""
    age = min(office.ends()) - office.instant(end, dt.time()) if office.ends() else dt.timedelta()
    then = office.instant(before[1], dt.time()) + age
    return {
        "now": slice_of(office, first, end, None),
        "before": slice_of(office, *before, then),
        "call_back": call_back(office, first, end),
        "heat": heat(office, first, end),
        "lost": lost_by(office, first, end),
        "trend": [span_of(office, first + number * DAY, 1) for number in range((end - first).days)],
        "weeks": weeks(office, end),
        "strip": strip(office, first, end),
        "waits": waits(office, first, end),
        "read": {pbx: _share(office, pbx, first, end) for pbx in office.pbxs},
        "is_comparable": all(_share(office, pbx, *days) == 1 for pbx in office.pbxs for days in ((first, end), before)),
        "lake_since": min((call.at for call in office.calls), default=None),
    }


def _share(office: Office, pbx: str, first: dt.date, end: dt.date) -> float:
    since, until = office.instant(first, dt.time()), office.instant(end, dt.time())
    return 1 - _hole(office.read.get(pbx, ()), since, until) / (until - since).total_seconds()


def of_days(office: Office, first: dt.date, end: dt.date) -> list[Call]:
    return [call for call in office.calls if first <= office.local(call.at).date() < end]


def is_short(office: Office, call: Call) -> bool | None:
    """Whether the caller hung up early; null where the wait is not known."""
    if call.reason in TURNED_AWAY:
        return False
    return None if call.wait is None else call.wait < office.short


def lost_calls(office: Office, first: dt.date, end: dt.date) -> list[Call]:
    return [call for call in of_days(office, first, end) if call.missed and not is_short(office, call)]


def slice_of(office: Office, first: dt.date, end: dt.date, now: dt.datetime | None) -> Figures:
    calls = of_days(office, first, end)
    missed, answered = [one for one in calls if one.missed], [one for one in calls if one.outcome == "answered"]
    lost = lost_calls(office, first, end)
    first_of = {number: min(one.at for one in office.calls if one.number == number) for number in _numbers(office)}
    waited = [one.wait for one in answered if one.wait is not None]
    volumes = {
        "calls": len(calls),
        "offered": sum(one.direction == "inbound" for one in calls),
        "answered": len(answered),
        "missed": len(missed),
        "short_abandons": sum(is_short(office, one) is True for one in missed),
        "waits_unknown": sum(is_short(office, one) is None for one in missed),
        "withheld": sum(one.number is None for one in missed),
        "first_time_callers": len({one.number for one in missed if one.number and one.at == first_of[one.number]}),
        "lost_in_hours": sum(office.in_hours(one.at) is True for one in lost),
        "lost_outside_hours": sum(office.in_hours(one.at) is False for one in lost),
        "longest_wait_seconds": max((one.wait for one in missed if one.wait is not None), default=None),
        "median_answer_seconds": quantile(waited, 0.5),
        "p90_answer_seconds": quantile(waited, 0.9),
    }
    coverage = coverage_of(office, calls)
    return {"volumes": volumes, "callbacks": callbacks(office, missed_in(office, calls), now), "coverage": coverage}


def _numbers(office: Office) -> set[str]:
    return {one.number for one in office.calls if one.number and one.direction != "internal"}


def missed_in(office: Office, calls: Sequence[Call]) -> list[Turn]:
    """Episodes with a missed call among these."""
    ids = {one.id for one in calls}
    return [turn for turn in turns(office) if any(one.id in ids for one in turn.misses)]


def callbacks(office: Office, chosen: Sequence[Turn], now: dt.datetime | None) -> Figures:
    states = [turn.state(office, now) for turn in chosen]
    never = [turn for turn, state in zip(chosen, states, strict=True) if state == "never_returned"]
    ends = office.ends()
    passed = [
        office.deadline(turn.misses[0].at) <= min(max(ends), now or max(ends)) if ends else False for turn in chosen
    ]
    tried = [(turn.misses[0].at, min(turn.attempts())) for turn in chosen if turn.attempts()]
    taken = [(to - since).total_seconds() for since, to in tried]
    taken_open = [seconds for since, to in tried if (seconds := office.open_seconds(since, to)) is not None]
    return {
        "callers": len(chosen),
        "returned": states.count("returned"),
        "returned_and_reached": sum(
            state == "returned" and turn.talk is not None for turn, state in zip(chosen, states, strict=True)
        ),
        "self_recovered": states.count("self_recovered"),
        "still_open": states.count("open"),
        "unjudged": sum(state == "open" and over for state, over in zip(states, passed, strict=True)),
        "never_returned": len(never),
        "never_returned_repeat": sum(len(turn.misses) > 1 for turn in never),
        "returned_late": sum(bool(turn.attempts()) for turn in never),
        "to_call": sum(needs_call(turn) for turn in chosen),
        "median_callback_seconds": quantile(taken, 0.5),
        "p90_callback_seconds": quantile(taken, 0.9),
        "median_callback_open_seconds": quantile(taken_open, 0.5),
        "p90_callback_open_seconds": quantile(taken_open, 0.9),
    }


def needs_call(turn: Turn) -> bool:
    """Nobody spoke to the caller, nor called after the last try."""
    return turn.talk is None and all(at < turn.misses[-1].at for at in turn.attempts())


def call_back(office: Office, first: dt.date, end: dt.date) -> list[tuple[Any, ...]]:
    """Number, tries, local time of the last one, longest wait, first-time, state; most tries first."""
    chosen = [turn for turn in missed_in(office, of_days(office, first, end)) if needs_call(turn)]
    chosen.sort(key=lambda turn: f"{office.id}/{turn.misses[0].id}")
    chosen.sort(key=lambda turn: (len(turn.misses), turn.misses[-1].at), reverse=True)
    return [
        (
            turn.number,
            len(turn.misses),
            office.local(turn.misses[-1].at).replace(tzinfo=None),
            max((one.wait for one in turn.misses if one.wait is not None), default=None),
            turn.is_new,
            "unjudged" if callbacks(office, [turn], None)["unjudged"] else turn.state(office, None),
        )
        for turn in chosen
    ]


def heat(office: Office, first: dt.date, end: dt.date) -> Counter[tuple[int, int, bool | None]]:
    lost = lost_calls(office, first, end)
    return Counter(
        (office.local(one.at).isoweekday(), office.local(one.at).hour, office.in_hours(one.at)) for one in lost
    )


def lost_by(office: Office, first: dt.date, end: dt.date) -> dict[str, Counter[tuple[str, str]]]:
    """Reason and number called by their label; a queue and a phone belong to one PBX."""
    lost = lost_calls(office, first, end)
    return {
        "reason": Counter(("", one.reason or "") for one in lost),
        "number": Counter(("", one.did) for one in lost if one.did),
        "queue": Counter((one.pbx, one.queue) for one in lost if one.queue),
        "extension": Counter((one.pbx, dn) for one in lost for dn in set(one.rang)),
    }


def span_of(office: Office, first: dt.date, length: int) -> tuple[Any, ...]:
    """First day, share of its days and PBXs that was read, offered, lost, short abandons; blank where nothing was."""
    days = [first + number * DAY for number in range(length)]
    shares = [_share(office, pbx, day, day + DAY) for day in days for pbx in office.pbxs]
    offered = [one for one in of_days(office, first, first + length * DAY) if one.direction == "inbound"]
    if not any(shares) and not offered:
        return (first, 0.0, None, None, None)
    lost = len(lost_calls(office, first, first + length * DAY))
    short = sum(is_short(office, one) is True for one in offered if one.missed)
    return (first, sum(shares) / len(shares), len(offered), lost, short)


def weeks(office: Office, end: dt.date) -> list[tuple[Any, ...]]:
    """The last twelve weeks of Monday to Sunday that are over by then."""
    monday = end - DAY * (end.isoweekday() - 1)
    return [span_of(office, monday - back * 7 * DAY, 7) for back in range(12, 0, -1)]


def waits(office: Office, first: dt.date, end: dt.date) -> dict[float | None, tuple[int, int, int]]:
    """From so many seconds (null: not known) → answered, missed, and of these short abandons."""
    steps = (0, 10, 20, 30, 60, 120, 300, office.short)
    found: dict[float | None, list[int]] = defaultdict(lambda: [0, 0, 0])
    for call in of_days(office, first, end):
        if call.direction == "inbound":
            step = None if call.wait is None else max(step for step in steps if step <= call.wait)
            found[step][call.missed] += 1
            found[step][2] += call.missed and is_short(office, call) is True
    return {step: tuple(counts) for step, counts in found.items()}


def strip(office: Office, first: dt.date, end: dt.date) -> dict[tuple[str, str | None, dt.date], Counter[str]]:
    """PBX, number that took part (null: none did) and day → calls by what became of their recording."""
    found: dict[tuple[str, str | None, dt.date], Counter[str]] = defaultdict(Counter)
    for call in of_days(office, first, end):
        if not call.spoke:
            continue
        inside = {call.by} if call.by and call.direction != "outbound" else set()
        if call.queue and (call.pbx, call.queue) in office.switches:
            inside.add(call.queue)
        state, cause = recording_state(office, call)
        said = {"verified": "covered", "paused": "covered"}.get(state, cause or state)
        for dn in inside or {None}:
            found[call.pbx, dn, office.local(call.at).date()][_not_eligible(office, call) or said] += 1
    return found


def quantile(values: Sequence[float], share: float) -> float | None:
    """Between the two nearest, in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def why_not_eligible(office: Office, call: Call) -> str | None:
    """Why no recording is expected."""
    if call.talk is not None and call.talk < 3:
        return "too_short"
    if office.policy == "none":
        return "account_policy"
    settings = {office.switches.get((call.pbx, dn)) for dn in (call.by, call.queue) if dn} - {None}
    if office.policy == "on-demand" or "opt" in settings:
        return "on_demand"
    inside = call.direction == "internal"
    if office.policy == "external" and inside:
        return "internal"
    if not settings or "yes" in settings or ("external" in settings and not inside):
        return None
    return "internal" if "external" in settings else "switched_off"


def heard(call: Call) -> float | None:
    """Seconds that can be heard, two sides of one talk once."""
    spans = [
        (tape.begins or call.at, tape.audio) for tape in call.tapes if tape.state == "stored" and tape.audio is not None
    ]
    if not spans:
        return None
    total, until = 0.0, None
    for begins, seconds in sorted(spans, key=lambda one: (one[0], one[1])):
        ends = begins + dt.timedelta(seconds=seconds)
        total += max(0.0, (ends - (max(begins, until) if until else begins)).total_seconds())
        until = max(ends, until) if until else ends
    return total


def recording_state(office: Office, call: Call) -> tuple[str, str | None]:
    """State and cause of a call's recording, whether or not one is expected."""
    stored = [tape for tape in call.tapes if tape.state == "stored"]
    audio = heard(call)
    whole = bool(stored) and all(tape.size > 0 and tape.audio is not None for tape in stored)
    if whole and (call.talk is None or audio is None or abs(audio - call.talk) <= max(5, call.talk / 20)):
        return "verified", None
    if any(tape.state == "pending" for tape in call.tapes):
        return "pending", None
    if stored:
        empty = any(tape.size == 0 for tape in stored)
        if not whole and not empty:
            return "unknown", "unreadable"
        pauses = bool({call.by, call.queue} & office.pausing)
        if not empty and pauses and audio is not None and call.talk is not None and audio < call.talk:
            return "paused", None
        return "mismatch", "mismatch"
    causes = [tape.cause for tape in call.tapes if tape.state == "missing"]
    if causes:
        return ("unknown" if causes[0] in {"access", "unreachable"} else "missing"), causes[0]
    if office.ends() and (call.ended or call.at) > min(office.ends()) - HOUR:
        return "pending", None
    if why_not_eligible(office, call) not in {None, "too_short"}:
        return "missing", None
    return "unknown", "not_looked_at"


def coverage_of(office: Office, calls: Sequence[Call]) -> Figures:
    spoken = [one for one in calls if one.spoke]
    known = {one.id: recording_state(office, one) for one in spoken}
    refused = {one.id: _not_eligible(office, one) for one in spoken}
    due = [one for one in spoken if refused[one.id] is None]
    recorded = {one.id for one in spoken if any(tape.state == "stored" for tape in one.tapes)}
    states = Counter(known[one.id][0] for one in due)
    causes = Counter(known[one.id][1] for one in due if known[one.id][0] in {"missing", "mismatch"})
    unknown = Counter(known[one.id][1] for one in due if known[one.id][0] == "unknown")
    return {
        "spoken": len(spoken),
        "recorded": len(recorded),
        "not_known": sum(one.id not in recorded and known[one.id][0] in {"pending", "unknown"} for one in spoken),
        "eligible": len(due),
        **{name: states[name] for name in ("verified", "paused", "mismatch", "missing", "pending", "unknown")},
        "unmeasured": sum(one.talk is None and known[one.id][0] == "verified" for one in due),
        "recorded_in_error": sum(_in_error(one, refused[one.id]) for one in spoken),
        "talk_seconds": sum(one.talk or 0 for one in due),
        "audio_seconds": sum(heard(one) or 0 for one in due),
        "causes": dict(causes),
        "unknown_causes": dict(unknown),
        "not_eligible": dict(Counter(reason for reason in refused.values() if reason)),
    }


def _not_eligible(office: Office, call: Call) -> str | None:
    reason = why_not_eligible(office, call)
    causes = [tape.cause for tape in call.tapes if tape.state == "missing"]
    if reason is None and causes[:1] == ["policy"] and not any(tape.state == "stored" for tape in call.tapes):
        return "pbx_policy"
    return reason


def _in_error(call: Call, reason: str | None) -> bool:
    stored = any(tape.state == "stored" for tape in call.tapes)
    return stored and reason not in {None, "on_demand", "too_short"}


def agency_total(parts: Sequence[Figures]) -> Figures:
    """The sum of the offices' slices; what is no count (a median, a longest wait) is left out."""
    total: Figures = {}
    for kind in ("volumes", "callbacks", "coverage"):
        total[kind] = {}
        for name in parts[0][kind] if parts else ():
            values = [part[kind][name] for part in parts]
            if isinstance(values[0], dict):
                total[kind][name] = dict(sum((Counter(value) for value in values), Counter()))
            elif "median" not in name and "p90" not in name and "longest" not in name:
                total[kind][name] = sum(values)
    return total
