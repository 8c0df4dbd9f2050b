"""What is in a simulated Pipedrive company: persons, notes, activities, and the call logs that stand on these."""

from __future__ import annotations

import sys
import time

from trunkline.simulator.crm import pipedrive_rules as rules
from trunkline.simulator.crm.pipedrive_bodies import CallLog
from trunkline.simulator.crm.pipedrive_rules import Json, Refusal
from trunkline.simulator.crm.site import CrmSite

_LINKS = ("person_id", "org_id", "deal_id", "lead_id")


class Records(CrmSite):
    """The records. `user_id`: whose token it is. `converts_twice`: whether a call log's activity may get another one.

    `gone`: ids of deleted call logs.
    """

    def __init__(self, rate_limit: tuple[int, float], index_lag_seconds: float, user_id: int, country: str) -> None:
        super().__init__(rate_limit, index_lag_seconds)
        self.user_id, self.country = user_id, country
        self.converts_twice = True
        self.persons: dict[int, Json] = {}
        self.notes: list[Json] = []
        self.activities: dict[int, Json] = {}
        self.logs: dict[str, Json] = {}
        self.recordings: dict[str, bytes] = {}
        self.gone: set[str] = set()
        self._made_at: dict[int, float] = {}

    def add_person(self, name: str, *phones: str) -> Json:
        """Adds a person as somebody in the company would; searches show it at once."""
        rows = [{"value": phone, "primary": not n, "label": "work"} for n, phone in enumerate(phones)]
        person = self.make_person({"name": name, "phones": rows})
        self._made_at[person["id"]] = -sys.maxsize
        return person

    def make_person(self, fields: Json) -> Json:
        """A new person."""
        person = {"id": self._number(), "add_time": rules.now(), "owner_id": self.user_id, **fields}
        self.persons[person["id"]] = person
        self._made_at[person["id"]] = time.monotonic()
        return person

    def make_activity(self, fields: Json, *, is_call_log: bool = False) -> Json:
        """A new activity, done or to be done."""
        links: Json = dict.fromkeys((*_LINKS, "note", "due_date", "due_time"))
        head = {"id": self._number(), "add_time": rules.now(), "is_deleted": False, "is_call_log": is_call_log}
        activity = {**links, "done": False, **fields, **head}
        activity["note"] = rules.sanitised(activity["note"])
        self.activities[activity["id"]] = activity
        return activity

    def make_log(self, body: CallLog) -> Json:
        """A new call log, on an activity of its own or one that is told."""
        if body.user_id not in {None, self.user_id}:
            raise Refusal(403, rules.NO_RIGHT)
        if body.person_id is not None and body.person_id not in self.persons:
            raise Refusal(404, rules.NOT_THERE)
        values = body.model_dump()
        shown = {"subject": body.subject, "note": rules.sanitised(body.note), "done": True}
        if body.activity_id is None:
            links = {key: values[key] for key in _LINKS}
            start = {"due_date": body.start_time[:10], "due_time": body.start_time[11:]}
            activity = self.make_activity({"type": "call", **shown, **links, **start}, is_call_log=True)
        else:
            activity = self._convertible(body.activity_id)
            activity |= {**shown, "is_call_log": True}
        links = {key: activity[key] for key in _LINKS}
        times = {"start_time": rules.told(body.start_time), "end_time": rules.told(body.end_time)}
        owner = {"user_id": self.user_id, "has_recording": False, "activity_id": activity["id"]}
        log = {**values, **links, **shown, **times, **owner, "id": f"CA{self._number():028x}"}
        del log["done"]
        self.logs[log["id"]] = log
        return log

    def number_of(self, person_id: int | None) -> str | None:
        """A person's primary phone in the normal form."""
        phones = self.persons[person_id]["phones"] if person_id in self.persons else []
        return rules.e164(next((one["value"] for one in phones if one["primary"]), None), self.country)

    def is_found(self, person_id: int) -> bool:
        """Whether searches show this person by now."""
        return self.is_indexed(self._made_at[person_id])

    def _convertible(self, activity_id: int) -> Json:
        activity = self.activities.get(activity_id)
        if activity is None or activity["is_deleted"]:
            raise Refusal(404, rules.NOT_THERE)
        if activity["type"] != "call" or (activity["is_call_log"] and not self.converts_twice):
            raise Refusal(400, '"activity_id" must refer to a call type activity.')
        return activity

    def _number(self) -> int:
        return next(self._ids)
