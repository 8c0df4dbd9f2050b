"""A simulated Zoho CRM organisation, API v8: contacts, leads, calls, tasks, attachments (CRM reference §2.4).

What is not documented is decided against the client: the search by phone knows a number only as it is written, but
for its punctuation; unique fields can be switched off (`schema`), and fields that do not exist refused or passed over.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

from trunkline.simulator.crm.front import Front
from trunkline.simulator.crm.site import CrmSite, Json, LoggedCall, Secret, TaskThere
from trunkline.simulator.crm.zoho_oauth import Accounts
from trunkline.simulator.crm.zoho_routes import router
from trunkline.simulator.crm.zoho_rules import Refusal, Schema, Wrong, error

_PARTIES = {"Who_Id": "Contacts", "What_Id": "Leads"}
_PHONES = ("Phone", "Mobile", "Home_Phone", "Other_Phone")
SCOPES = frozenset(
    (
        *(f"ZohoCRM.modules.{name}.READ" for name in ("contacts", "leads", "calls", "tasks", "attachments")),
        *(f"ZohoCRM.modules.{name}.CREATE" for name in ("contacts", "calls", "tasks", "attachments")),
        *("ZohoCRM.modules.calls.UPDATE", "ZohoCRM.modules.tasks.UPDATE"),
        *("ZohoCRM.coql.READ", "ZohoSearch.securesearch.READ", "ZohoCRM.settings.fields.READ"),
    )
)


class _Limited(Front):
    """Zoho tells no limits before half of the day's credits are used, and never when to come back."""

    def __init__(self, site: Zoho) -> None:
        super().__init__(router(site), site.faults, site.limit, site.requests)
        self._site = site

    def limit_headers(self) -> dict[str, str]:
        left = max(self._site.credits - self.limit.total, 0)
        return {"X-API-CREDITS-REMAINING": str(left)} if left * 2 <= self._site.credits else {}

    def too_many(self) -> tuple[int, Any]:
        return 429, error("TOO_MANY_REQUESTS", "you have crossed the limit, please try after some time")


class Zoho(CrmSite):
    """One organisation and what is in it. `leads`: E.164 → name, as `contacts`. `credits`: for 24 hours."""

    kind = "zoho"

    def __init__(
        self,
        contacts: dict[str, str] | None = None,
        rate_limit: tuple[int, float] = (1000, 10.0),
        index_lag_seconds: float = 0.0,
        leads: dict[str, str] | None = None,
        key_field: str = "Trunkline_Call_Id",
    ) -> None:
        super().__init__(rate_limit, index_lag_seconds)
        self.accounts = Accounts()
        self.schema = Schema(key_field)
        self.scopes = set(SCOPES)
        self.credits = 50_000
        self.records: dict[str, dict[str, Json]] = {module: {} for module in self.schema.modules}
        self.attachments: dict[str, list[Json]] = {}
        self._made_at: dict[str, float] = {}
        for module, people in (("Contacts", contacts), ("Leads", leads)):
            for phone, name in (people or {}).items():
                self.add(module, {"Last_Name": name, "Phone": phone})
        self.app = _Limited(self)

    def settings(self, url: str) -> Json:
        """Without `base_url`: the sign-in tells where the API is."""
        app = self.accounts
        secrets = {"client_secret": Secret(app.client_secret), "refresh_token": Secret(app.refresh_token)}
        return {"accounts_url": url, "client_id": app.client_id, "key_field": self.schema.key_field, **secrets}

    def logged(self) -> list[LoggedCall]:
        """Calls with what is attached to them, but for a transcript."""
        return [self._logged(call) for call in self.records["Calls"].values()]

    def numbers(self) -> list[str]:
        """The phone of each contact and lead."""
        return [one["Phone"] for module in ("Contacts", "Leads") for one in self.records[module].values()]

    def tasks_there(self) -> list[TaskThere]:
        """Tasks."""
        return [
            TaskThere(self._number(one), one["Subject"], one.get("Description", ""), one.get("Status") == "Completed")
            for one in self.records["Tasks"].values()
        ]

    def add(self, module: str, row: Json) -> str:
        """Stores a record as it is; its id, a number as the service's."""
        record_id = f"4876876{int(self.new_id('')):012d}"
        self.records[module][record_id] = {"id": record_id, **row}
        self._made_at[record_id] = time.monotonic()
        return record_id

    def insert(self, module: str, row: Any) -> Json:
        """Stores a record that an app sends; the result for it."""
        return _done(self.add(module, self._checked(module, row)), "record added")

    def change(self, module: str, record_id: str, row: Any) -> Json:
        """Changes a record; the result for it."""
        before = self.records[module].get(record_id)
        if before is None:
            raise Wrong("INVALID_DATA", "the id given seems to be invalid", api_name="id")
        before.update(self._checked(module, row, before))
        return _done(record_id, "record updated")

    def found(self, module: str, phone: str) -> list[Json]:
        """What the search's index has for a phone number."""
        digits = re.sub(r"\D", "", phone)
        return [
            one
            for one in self.records[module].values()
            if self.is_indexed(self._made_at[one["id"]])
            and digits in {re.sub(r"\D", "", one.get(name) or "") for name in _PHONES}
        ]

    def attach(self, record_id: str, name: str, content: bytes = b"", url: str | None = None) -> Json:
        """Attaches a file or a link to a call; the result. The same link twice is refused (Kaizen 58)."""
        if record_id not in self.records["Calls"]:
            raise Wrong("INVALID_DATA", "the related id given seems to be invalid")
        there = self.attachments.setdefault(record_id, [])
        if url and any(one["$link_url"] == url for one in there):
            raise Wrong("INVALID_DATA", "attachment URL already exists", api_name="attachmentUrl")
        there.append({"id": self.new_id("9"), "File_Name": name, "$link_url": url, "content": content})
        return _done(there[-1]["id"], "attachment uploaded successfully")

    def admit(self, header: str, *scopes: str) -> None:
        """401 for a token that is not valid, and for one that lacks a scope."""
        if not self.accounts.admits(header):
            raise Refusal(401, "INVALID_TOKEN", "invalid oauth token")
        if set(scopes) - self.scopes:
            raise Refusal(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL")

    def _checked(self, module: str, row: Any, before: Json | None = None) -> Json:
        """The row, of which also what it points at is there and what must be unique is."""
        known = self.schema.checked(module, row, before)
        for name, of_module in _PARTIES.items():
            if name in known and known[name]["id"] not in self.records[of_module]:
                raise Wrong("INVALID_DATA", "the related id given seems to be invalid", api_name=name)
        if ("What_Id" in known) != (known.get("$se_module") == "Leads"):
            raise Wrong("INVALID_DATA", "invalid data", api_name="$se_module")
        for name, one in self.schema.modules[module].items():
            for other in self.records[module].values() if one.is_unique and name in known else ():
                if other is not before and other.get(name) == known[name]:
                    twin = {"id": other["id"], "module": {"api_name": module}}
                    raise Wrong("DUPLICATE_DATA", "duplicate data", api_name=name, duplicate_record=twin)
        return known

    def _logged(self, call: Json) -> LoggedCall:
        minutes, _, seconds = call.get("Call_Duration", "00:00").partition(":")
        lasted = int(minutes) * 60 + int(seconds)
        files = [one for one in self.attachments.get(call["id"], []) if not one["File_Name"].endswith(".txt")]
        return LoggedCall(
            remote_id=call["id"],
            key=call.get(self.schema.key_field),
            number=self._number(call),
            direction="outbound" if call["Call_Type"] == "Outbound" else "inbound",
            is_spoken=call["Call_Type"] != "Missed" and lasted > 0,
            started=dt.datetime.fromisoformat(call["Call_Start_Time"]).astimezone(dt.UTC),
            seconds=lasted,
            text=call.get("Description", ""),
            recordings=len(files),
        )

    def _number(self, record: Json) -> str | None:
        for name, module in _PARTIES.items():
            person = self.records[module].get((record.get(name) or {}).get("id", ""))
            if person:
                return person.get("Phone")
        return None


def _done(record_id: str, message: str) -> Json:
    return {"code": "SUCCESS", "details": {"id": record_id}, "message": message, "status": "success"}
