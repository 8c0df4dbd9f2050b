"""Believable days of calls for one PBX, made of the scenarios. The same seed makes the same days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from zoneinfo import ZoneInfo

from trunkline.simulator.callers import Caller
from trunkline.simulator.office import Office
from trunkline.simulator.scenarios import SCENARIOS
from trunkline.simulator.scenarios.place import PlacedCall, place
from trunkline.simulator.scenarios.story import Scenario
from trunkline.simulator.sequel import sequels

ANSWERED = {
    "answered_direct": 30,
    "answered_ring_group": 14,
    "menu_queue_agent": 16,
    "queue_second_agent_answers": 12,
    "answered_all_phones_ring": 6,
    "forwarded_to_mobile_answered": 4,
    "blind_transfer": 5,
    "attended_transfer": 3,
    "queue_ping_pong": 2,
    "parked_and_picked_up": 2,
    "not_recorded": 2,
    "recording_truncated": 1,
    "recording_html_body": 1,
    "answered_too_short_to_judge": 1,
}
MISSED = {
    "rang_out": 24,
    "short_abandon": 12,
    "queue_abandoned": 18,
    "queue_abandoned_while_agents_rang": 12,
    "menu_queue_abandoned": 8,
    "queue_overflow_to_voicemail": 8,
    "voicemail": 12,
    "ring_group_nobody": 8,
    "menu_hang_up": 6,
    "busy": 3,
    "queue_overflow_to_extension": 3,
    "fax_picked_up": 1,
}
CLOSED = {"closed_message": 5, "voicemail_at_once": 3}
OUTBOUND = {"outbound_connected": 6, "outbound_not_connected": 2, "outbound_then_transferred_inside": 1}
INTERNAL = {"internal_answered": 4, "internal_not_answered": 1}
GROUPS = ((ANSWERED, 58), (MISSED, 17), (OUTBOUND, 17), (INTERNAL, 8))

HOUR_WEIGHTS = (4, 9, 10, 8, 6, 5, 7, 8, 6, 3)
"""From opening to closing: a morning peak, a dip at lunch, a second peak."""
WITHHELD = "withheld_anonymous"
WITHHELD_SHARE = 0.05
OUT_OF_HOURS_SHARE = 0.08


def traffic(office: Office, now: dt.datetime, days: int, rng: Random) -> list[PlacedCall]:
    """All calls of the last `days` days that began before `now`, oldest first."""
    today = now.astimezone(ZoneInfo(office.zone)).date()
    calls: list[PlacedCall] = []
    for back in range(days, -1, -1):
        for call in _day(office, today - dt.timedelta(days=back), rng):
            calls.append(call)
            calls += sequels(office, call, rng)
    begun = [_as_recorded(office, one) for one in calls if one.started_at < now]
    return sorted(begun, key=lambda one: one.started_at)


def _day(office: Office, day: dt.date, rng: Random) -> Iterator[PlacedCall]:
    ranges = {5: office.saturday_calls, 6: office.sunday_calls}
    is_closed = day.weekday() == 6 or day in office.closed_days
    low, high = office.sunday_calls if is_closed else ranges.get(day.weekday(), office.weekday_calls)
    for _ in range(rng.randint(low, high)):
        out_of_hours = is_closed or rng.random() < OUT_OF_HOURS_SHARE
        at = _instant(office, day, rng, out_of_hours=out_of_hours)
        if out_of_hours:
            yield one_call(office, _pick(CLOSED, rng), at, rng)
            continue
        group = rng.choices([one for one, _ in GROUPS], [weight for _, weight in GROUPS])[0]
        yield one_call(office, _pick(group, rng), at, rng)


def one_call(
    office: Office, scenario: Scenario, at: dt.datetime, rng: Random, caller: Caller | None = None
) -> PlacedCall:
    """The scenario with a caller of this office, other people on the phones and its own pace."""
    if "internal" in scenario.tags:
        return place(scenario, at, stand_ins=_stand_ins(office, rng), pace=_pace(rng))
    if caller is None and scenario is SCENARIOS["rang_out"] and rng.random() < WITHHELD_SHARE * 4:
        return place(SCENARIOS[WITHHELD], at, did=rng.choice(office.dids), pace=_pace(rng))
    who = caller or rng.choices(office.callers, [one.weight for one in office.callers])[0]
    outbound = "outbound" in scenario.tags
    return place(
        scenario,
        at,
        who.number,
        None if outbound else rng.choice(office.dids),
        caller_name=None if outbound else who.shown_name,
        stand_ins=_stand_ins(office, rng),
        pace=_pace(rng),
    )


def _instant(office: Office, day: dt.date, rng: Random, *, out_of_hours: bool) -> dt.datetime:
    closes = 12.0 if day.weekday() == 5 else office.closes_hour
    if out_of_hours:
        hour = rng.choice((rng.uniform(6.5, office.opens_hour), rng.uniform(closes, 21.0)))
    else:
        width = (closes - office.opens_hour) / len(HOUR_WEIGHTS)
        slot = rng.choices(range(len(HOUR_WEIGHTS)), HOUR_WEIGHTS)[0]
        hour = office.opens_hour + (slot + rng.random()) * width
    midnight = dt.datetime.combine(day, dt.time(), ZoneInfo(office.zone))
    return (midnight + dt.timedelta(milliseconds=round(hour * 3_600_000))).astimezone(dt.UTC)


def _pick(weights: dict[str, int], rng: Random) -> Scenario:
    return SCENARIOS[rng.choices(list(weights), list(weights.values()))[0]]


def _pace(rng: Random) -> float:
    return round(rng.triangular(0.55, 2.2, 0.9), 3)


def _stand_ins(office: Office, rng: Random) -> dict[str, str]:
    shuffled = rng.sample(office.extensions, len(office.extensions))
    return dict(zip(office.extensions, shuffled, strict=True))


def _as_recorded(office: Office, call: PlacedCall) -> PlacedCall:
    """Takes the recordings from legs of extensions whose recording switch is off."""
    if not office.unrecorded:
        return call
    legs = tuple(
        replace(leg, recordings=()) if office.unrecorded & {leg.story.source.dn, leg.story.destination.dn} else leg
        for leg in call.legs
    )
    return replace(call, legs=legs)
