"""A simulated Pipedrive company: persons, notes, activities, call logs (CRM reference §2.5 and §5.3).

Each call log stands on an activity, which is what people see and edit; deleting the log leaves it. Notes are sanitised,
deleted activities keep their id and say so, and there is no key: what is logged twice is there twice. Serve `.app`
with `trunkline.simulator.serve.Server`.
"""

from __future__ import annotations

import math
from typing import Any

from trunkline.simulator.crm import pipedrive_rules as rules
from trunkline.simulator.crm.front import Front, RateLimit
from trunkline.simulator.crm.pipedrive_records import Records
from trunkline.simulator.crm.pipedrive_routes import router
from trunkline.simulator.crm.pipedrive_rules import Json
from trunkline.simulator.crm.site import LoggedCall, Secret, TaskThere


class _Limited(Front):
    def limit_headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit.most),
            "x-ratelimit-remaining": str(self.limit.remaining),
            "x-ratelimit-reset": str(math.ceil(self.limit.resets_in_seconds)),
        }

    def too_many(self) -> tuple[int, Any]:
        return rules.TOO_MANY


class Pipedrive(Records):
    """One company, as the user `user_id` sees it.

    `search_limit`: searches have one of their own. Tests change `forbidden` (beginnings of paths that answer 403) and
    `types` (activity types, and whether each is active).
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
        super().__init__(rate_limit, index_lag_seconds, user_id, country)
        self.token, self.searches = token, RateLimit(*search_limit)
        self.forbidden: set[str] = set()
        self.types = {"call": True, "task": True, "lunch": False}
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
