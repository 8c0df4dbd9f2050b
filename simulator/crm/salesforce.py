"""A simulated Salesforce org: tasks, contacts, leads and files (CRM reference §2.3).

Where the documents leave a doubt it is the stricter one: `TaskSubtype` is refused on what is there already, a date
has no time. Serve `.app` with `trunkline.simulator.serve.Server`.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import time
from typing import Any

from trunkline.simulator.crm.front import Front
from trunkline.simulator.crm.salesforce_org import Org
from trunkline.simulator.crm.salesforce_routes import DATA, router
from trunkline.simulator.crm.salesforce_rules import Refusal
from trunkline.simulator.crm.site import CrmSite, Json, LoggedCall, Secret, TaskThere

DAILY_LIMIT = 100_000
PAGE_SIZE = 2000
TOKEN_SECONDS = 7200.0


class _Limited(Front):
    def limit_headers(self) -> dict[str, str]:
        return {"Sforce-Limit-Info": f"api-usage={self.limit.most - self.limit.remaining}/{self.limit.most}"}

    def too_many(self) -> tuple[int, Any]:
        said = "TotalRequests Limit exceeded."
        return 403, [{"message": said, "errorCode": "REQUEST_LIMIT_EXCEEDED"}]


class Salesforce(CrmSite):
    """One org as an integration reaches it; what is in it is in `org`."""

    kind = "salesforce"

    def __init__(
        self,
        contacts: dict[str, str] | None = None,
        rate_limit: tuple[int, float] = (DAILY_LIMIT, 86_400.0),
        index_lag_seconds: float = 0.0,
        client_id: str = "3MVG9simulated",
        client_secret: str = "simulated-client-secret",  # noqa: S107 - opens nothing but this simulator
        key_field: str = "Trunkline_Call_Id__c",
        token_seconds: float = TOKEN_SECONDS,
        page_size: int = PAGE_SIZE,
    ) -> None:
        super().__init__(rate_limit, index_lag_seconds)
        self.client_id, self.client_secret, self.key_field = client_id, client_secret, key_field
        self.token_seconds, self.page_size = token_seconds, page_size
        self.org = Org(key_field, self.is_indexed)
        self.cursors: dict[str, list[Json]] = {}
        self.sign_ins = 0
        self._tokens: dict[str, float] = {}
        for phone, name in (contacts or {}).items():
            self.org.add("Contact", LastName=name, Phone=phone)
        self.app = _Limited(router(self), self.faults, self.limit, self.requests)

    @property
    def tasks(self) -> list[Json]:
        """Every task, in the order in which they came; tests change them as people would."""
        return list(self.org.rows["Task"].values())

    def settings(self, url: str) -> Json:
        """With a connected app; the API's address is told by the sign-in."""
        return {"login_url": url, "client_id": self.client_id, "client_secret": Secret(self.client_secret)}

    def logged(self) -> list[LoggedCall]:
        """Tasks with a call type; the date is all that a task has of the time."""
        return [self._logged(task) for task in self.tasks if task.get("CallType")]

    def _logged(self, task: Json) -> LoggedCall:
        text = f"{task.get('Subject') or ''}\n{task.get('Description') or ''}"
        links = [one for one in self.org.rows["ContentDocumentLink"].values() if one["LinkedEntityId"] == task["Id"]]
        names = [str(self.org.walk(one, "ContentDocument.LatestPublishedVersion.PathOnClient")) for one in links]
        return LoggedCall(
            remote_id=task["Id"],
            key=task.get(self.key_field),
            number=self._number(task.get("WhoId")),
            direction=str(task["CallType"]).lower(),
            is_spoken=str(task.get("CallDisposition")).startswith(("answered", "connected")),
            started=dt.date.fromisoformat(task["ActivityDate"]),
            seconds=task.get("CallDurationInSeconds"),
            text=text,
            recordings=sum(not name.endswith(".txt") for name in names) + len(re.findall(r"https?://", text)),
        )

    def numbers(self) -> list[str]:
        """Of contacts and leads, the first that they have."""
        people = [*self.org.rows["Contact"].values(), *self.org.rows["Lead"].values()]
        return [number for one in people if (number := self._number(one["Id"]))]

    def tasks_there(self) -> list[TaskThere]:
        """Tasks that are no calls."""
        return [
            TaskThere(
                self._number(one.get("WhoId")),
                one.get("Subject") or "",
                one.get("Description") or "",
                one["Status"] == "Completed",
            )
            for one in self.tasks
            if not one.get("CallType")
        ]

    def end_tokens(self) -> None:
        """Ends every session, as an administrator can."""
        self._tokens.clear()

    def sign_in(self, form: dict[str, str], url: str) -> tuple[int, Json]:
        """The token endpoint's answer; it tells no time at which the token ends."""
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type", "error_description": "grant type not supported"}
        if form.get("client_id") != self.client_id:
            return 400, {"error": "invalid_client_id", "error_description": "client identifier invalid"}
        if form.get("client_secret") != self.client_secret:
            return 400, {"error": "invalid_client", "error_description": "invalid client credentials"}
        self.sign_ins += 1
        token = f"00D!{secrets.token_hex(8)}"
        self._tokens[token] = time.monotonic() + self.token_seconds
        return 200, {"access_token": token, "instance_url": url, "token_type": "Bearer", "scope": "api"}

    def admit(self, signed: str | None) -> None:
        """401 unless the bearer is a session that has not ended."""
        if self._tokens.get((signed or "").removeprefix("Bearer "), 0.0) <= time.monotonic():
            raise Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")

    def page(self, rows: list[Json], start: int) -> Json:
        """One page of a query, with the address of the next."""
        end = start + self.page_size
        answer: Json = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
        if not answer["done"]:
            cursor = f"01g{len(self.cursors):012d}AAA"
            self.cursors[cursor] = rows
            answer["nextRecordsUrl"] = f"{DATA}/query/{cursor}-{end}"
        return answer

    def _number(self, person_id: str | None) -> str | None:
        person = self.org.rows["Contact"].get(person_id or "") or self.org.rows["Lead"].get(person_id or "") or {}
        return person.get("Phone") or person.get("MobilePhone")
