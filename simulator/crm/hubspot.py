"""A simulated HubSpot account: contacts, calls, tasks, what hangs together (CRM reference §2.2 and §5.3).

It takes only what its reference pages name (`hubspot_bodies`), refuses unknown properties and values as the service
does, and shows records to searches late if it is told to. Serve `.app` with `trunkline.simulator.serve.Server`.
"""

from __future__ import annotations

import html
import re
import sys

import phonenumbers

from trunkline.simulator.crm import hubspot_rules as rules
from trunkline.simulator.crm.front import Front, RateLimit
from trunkline.simulator.crm.hubspot_gate import Gate
from trunkline.simulator.crm.hubspot_routes import router
from trunkline.simulator.crm.hubspot_rules import Json
from trunkline.simulator.crm.hubspot_store import Record, Store
from trunkline.simulator.crm.site import CrmSite, LoggedCall, Secret, TaskThere

KEY = "trunkline_call_id"
_BREAK, _TAG = re.compile(r"<br\s*/?>"), re.compile(r"<[^>]*>")


class HubSpot(CrmSite):
    """One account and what is in it.

    With `is_app` it is signed in to as an OAuth app, else with a token that stays. Calls whose ids are in `conflicts`
    spoil their whole batch. `app_name`: what HubSpot notes as the source of what is made.
    """

    kind = "hubspot"

    def __init__(
        self,
        contacts: dict[str, str] | None = None,
        rate_limit: tuple[int, float] = (190, 10.0),
        search_limit: tuple[int, float] = (5, 1.0),
        index_lag_seconds: float = 0.0,
        token: str = "pat-simulated",  # noqa: S107 - opens nothing but this simulator
        is_app: bool = False,
        token_seconds: float = 1800.0,
        country: str = "AU",
    ) -> None:
        super().__init__(rate_limit, index_lag_seconds)
        self.gate = Gate(None if is_app else token, token_seconds, self.limit, RateLimit(*search_limit))
        self.app_name = "trunkline"
        self.conflicts: set[str] = set()
        self.store = Store(country, index_lag_seconds)
        self.store.definitions["calls"][KEY] = rules.key_definition(KEY)
        for phone, name in (contacts or {}).items():
            self.add_contact(phone=phone, firstname=name)
        # Searches have a limit of their own, so it is the addresses that count, not the front.
        self.app = Front(router(self), self.faults, RateLimit(sys.maxsize, 1.0), self.requests)

    def settings(self, url: str) -> Json:
        """With a token that stays, or as an app."""
        if not self.gate.is_app:
            return {"base_url": url, "token": Secret(next(iter(self.gate.tokens)))}
        secrets = {"client_secret": Secret("app-secret"), "refresh_token": Secret("refresh-1")}
        return {"base_url": url, "client_id": "app-1", **secrets}

    def logged(self) -> list[LoggedCall]:
        """Calls, each with the number of the contact it is on."""
        return [self._logged(call) for call in self.store.records["calls"].values()]

    def numbers(self) -> list[str]:
        """Primary phones."""
        phones = [one.properties.get("phone") for one in self.store.records["contacts"].values()]
        return [number for phone in phones if (number := self._e164(phone))]

    def tasks_there(self) -> list[TaskThere]:
        """The contacts' tasks."""
        return [
            TaskThere(
                self._number_of(one),
                one.properties["hs_task_subject"],
                plain(one.properties["hs_task_body"]),
                one.properties["hs_task_status"] == "COMPLETED",
            )
            for one in self.store.records["tasks"].values()
        ]

    def add_contact(self, **properties: str) -> Record:
        """Adds a contact as a person in the account would; searches show it at once."""
        record = self.store.make("contacts", properties)
        record.made_at = -sys.maxsize
        record.properties["createdate"] = f"2026-01-01T00:00:00.{int(record.id) % 1000:03d}Z"
        return record

    def call(self, key: str) -> dict[str, str]:
        """The properties of the call with this id of ours; people edit them here."""
        found = self.store.by_unique("calls", KEY, key)
        assert found is not None, f"no call {key}"  # noqa: S101
        return found.properties

    def _logged(self, call: Record) -> LoggedCall:
        told = call.properties
        started, body = rules.instant(told["hs_timestamp"]), told.get("hs_call_body", "")
        assert started is not None  # noqa: S101 - the rules let no other in
        return LoggedCall(
            remote_id=call.id,
            key=told.get(KEY),
            number=self._number_of(call),
            direction=told.get("hs_call_direction", "").lower() or None,
            is_spoken=told.get("hs_call_status") == "COMPLETED",
            started=started.replace(microsecond=0),
            seconds=int(told["hs_call_duration"]) // 1000 if "hs_call_duration" in told else None,
            text=plain(body),
            recordings=("hs_call_recording_url" in told) + body.count("<a href"),
        )

    def _number_of(self, record: Record) -> str | None:
        contacts = self.store.associated(record.kind, record.id, "contacts")
        return self._e164(self.store.records["contacts"][contacts[0]].properties.get("phone")) if contacts else None

    def _e164(self, phone: str | None) -> str | None:
        if not phone:
            return None
        number = phonenumbers.parse(phone, self.store.country)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def plain(body: str) -> str:
    """What people read of a text in HTML."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", body)))
