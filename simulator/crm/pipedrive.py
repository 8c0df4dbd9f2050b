"""A simulated Pipedrive company: persons, notes, activities, call logs (CRM reference §2.5 and §5.3).

Each call log stands on an activity, which is what people see and edit; deleting the log leaves it. Notes are sanitised,
deleted activities keep their id and say so, and there is no key: what is logged twice is there twice. Serve `.app`
with `trunkline.simulator.serve.Server`.
"""

from __future__ import annotations

import math
import sys
import time
from typing import Any

from trunkline.simulator.crm import pipedrive_rules as rules
from trunkline.simulator.crm.front import Front, RateLimit
from trunkline.simulator.crm.pipedrive_bodies import CallLog
from trunkline.simulator.crm.pipedrive_routes import router
from trunkline.simulator.crm.pipedrive_rules import Json, Refusal
from trunkline.simulator.crm.site import CrmSite, LoggedCall, Secret, TaskThere


class _Limited(Front):
    def limit_headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit.most),
            "x-ratelimit-remaining": str(self.limit.remaining),
            "x-ratelimit-reset": str(math.ceil(self.limit.resets_in_seconds)),
        }

    def too_many(self) -> tuple[int, Any]:
        return rules.TOO_MANY


class Pipedrive(CrmSite):
    """One company and what is in it, as the user `user_id` sees it.

    `search_limit`: searches have one of their own. Tests change `forbidden` (beginnings of paths that answer 403),
    `types` (activity types), and `converts_twice`: whether an activity that is a call log may become one again.
    """

    kind = "pipedrive"

    def __init__(
        self,
        contacts: dict[str, str] | None = None,
        rate_limit: tuple[int, float] = (20, 2.0),
        search_limit: tuple[int, float] = (10, 2.0),
        index_lag_seconds: float = 0.0,
        token: str = "pd-simulated",  # noqa: S107 - opens nothing but this simulator
        user_id: int = 7001,
        country: str = "AU",
    ) -> None:
        super().__init__(rate_limit, index_lag_seconds)
        self.token, self.user_id, self.country = token, user_id, country
        self.searches = RateLimit(*search_limit)
        self.forbidden: set[str] = set()
        self.types = {"call": True, "task": True, "lunch": False}
        self.converts_twice = True
        self.persons: dict[int, Json] = {}
        self.notes: list[Json] = []
        self.activities: dict[int, Json] = {}
        self.logs: dict[str, Json] = {}
        self.recordings: dict[str, bytes] = {}
        self.gone: set[str] = set()
        self._made_at: dict[int, float] = {}
        for phone, name in (contacts or {}).items():
            self.add_person(name, phone)
        self.app = _Limited(router(self), self.faults, self.limit, self.requests)

    def settings(self, url: str) -> Json:
        """With a user's API token."""
        return {"base_url": url, "token": Secret(self.token)}

    def logged(self) -> list[LoggedCall]:
        """Call logs, each with the number of the person it is on."""
        return [self._logged(log) for log in self.logs.values()]

    def _logged(self, log: Json) -> LoggedCall:
        number = self.number_of(log["person_id"])
        parties = {"from_phone_number": "inbound", "to_phone_number": "outbound"}
        return LoggedCall(
            remote_id=log["id"],
            key=rules.key_in(log["note"]),
            number=number,
            direction=next((name for key, name in parties.items() if number and log[key] == number), None),
            is_spoken=log["outcome"] == "connected",
            started=rules.instant(log["start_time"]),
            seconds=int(log["duration"]),
            text=rules.plain(log["note"]),
            recordings=int(log["has_recording"]),
        )

    def numbers(self) -> list[str]:
        """Primary phones."""
        return [number for person in self.persons if (number := self.number_of(person))]

    def tasks_there(self) -> list[TaskThere]:
        """Activities that no call log stands on."""
        return [
            TaskThere(self.number_of(one["person_id"]), one["subject"], rules.plain(one["note"]), one["done"])
            for one in self.activities.values()
            if not one["is_deleted"] and not one["is_call_log"]
        ]

    def timeline(self) -> list[Json]:
        """The calls that people see: activities that were made call logs and are not deleted."""
        return [one for one in self.activities.values() if one["is_call_log"] and not one["is_deleted"]]

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
        links: Json = dict.fromkeys(("person_id", "org_id", "deal_id", "lead_id", "note", "due_date", "due_time"))
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
            links = {key: values[key] for key in ("person_id", "org_id", "deal_id", "lead_id")}
            start = {"due_date": body.start_time[:10], "due_time": body.start_time[11:]}
            activity = self.make_activity({"type": "call", **shown, **links, **start}, is_call_log=True)
        else:
            activity = self._convertible(body.activity_id)
            activity |= {**shown, "is_call_log": True}
        links = {key: activity[key] for key in ("person_id", "org_id", "deal_id", "lead_id")}
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
