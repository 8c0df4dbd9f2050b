"""A simulated Dataverse environment with Dynamics 365: contacts, leads, phone calls, tasks, notes (CRM reference §2.6).

Beyond the reference it follows Microsoft's documentation: `statecode` cannot be given at creation, completed phone
calls are read-only, PATCH without `If-Match` makes a row that is not there, an alternate key is unique (412,
0x80060892). How a change of a completed phone call is refused is not documented; the words here are this simulator's.
Serve `.app` with `trunkline.simulator.serve.Server`.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import time
import uuid
from typing import Any

from starlette.types import Scope

from trunkline.simulator.crm import dynamics_rules as rules
from trunkline.simulator.crm.dynamics_routes import router
from trunkline.simulator.crm.front import Fault, Front
from trunkline.simulator.crm.site import CrmSite, Json, LoggedCall, Secret, TaskThere

TENANT, CLIENT, SECRET = "tenant-simulated", "app-simulated", "secret-simulated"
RIGHTS = frozenset(
    f"prv{access}{table}"
    for table in ("Contact", "Lead", "Activity", "Note")
    for access in ("Read", "Create", "Write", "Append", "AppendTo")
)
_BUSY = {"error": {"code": "0x80072322", "message": "Number of requests exceeded the limit over time window."}}


class _Limited(Front):
    def limit_headers(self) -> dict[str, str]:
        return {
            "x-ms-ratelimit-burst-remaining-xrm-requests": str(self.limit.remaining),
            "x-ms-ratelimit-time-remaining-xrm-requests": "1,200.00",
        }

    async def _answer(self, scope: Scope, body: bytes, fault: Fault | None) -> Any:
        answer = await super()._answer(scope, body, fault)
        if answer.status == 429:
            seconds = str(math.ceil(self.limit.interval_seconds)).encode()
            answer.headers = [(b"content-type", b"application/json"), (b"retry-after", seconds)]
            answer.body = json.dumps(_BUSY).encode()
        return answer


class Dynamics(CrmSite):
    """One environment. `rows`: entity set → id → row; `key_column` null: nobody has made it. `is_user`: of the app.

    `key_state`: of the alternate key's index; null where there is no key. `contacts_depth`: how far the right to read
    contacts goes.
    """

    kind = "dynamics"

    def __init__(
        self,
        contacts: dict[str, str] | None = None,
        rate_limit: tuple[int, float] = (6000, 300.0),
        index_lag_seconds: float = 0.0,
        key_column: str | None = "trunkline_callid",
        token_seconds: float = 3599.0,
        page_size: int = 5000,
    ) -> None:
        super().__init__(rate_limit, index_lag_seconds)
        self.key_column, self.key_length, self.key_state = key_column, 100, "Active"
        self.token_seconds, self.page_size = token_seconds, page_size
        self.tokens: dict[str, float] = {}
        self.sign_ins = 0
        grant = {"grant_type": "client_credentials"}
        self.app_form = {"tenant": TENANT, **grant, "client_id": CLIENT, "client_secret": SECRET}
        self.rights, self.contacts_depth, self.is_user, self.has_leads = set(RIGHTS), "Global", True, True
        self.rows: dict[str, dict[str, Json]] = {name: {} for name in rules.TABLES}
        self._made_at: dict[str, float] = {}
        for phone, name in (contacts or {}).items():
            self.add_contact(phone, name)
        self.app = _Limited(router(self), self.faults, self.limit, self.requests)

    def settings(self, url: str) -> Json:
        """An Entra app, with Entra at the same address."""
        app = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": Secret(SECRET)}
        return {"base_url": url, "authority": url, **app, "key_column": self.key_column or "trunkline_callid"}

    def logged(self) -> list[LoggedCall]:
        """Every phone call with the notes on it; whether people spoke is told by its minutes."""
        return [self._logged(call) for call in self.rows["phonecalls"].values()]

    def _logged(self, call: Json) -> LoggedCall:
        notes = [one for one in self.rows["annotations"].values() if one["_objectid_value"] == call["activityid"]]
        started, minutes = rules.moment(call["actualstart"]), call["actualdurationminutes"] or 0
        assert started is not None  # noqa: S101 - the rules let no other in
        files = [one for one in notes if one.get("isdocument") or str(one.get("notetext")).startswith("http")]
        said = [one["notetext"] for one in notes if one not in files and one.get("notetext")]
        return LoggedCall(
            remote_id=call["activityid"],
            key=call.get(self.key_column or ""),
            number=self._number(call["_regardingobjectid_value"]),
            direction="outbound" if call["directioncode"] else "inbound",
            is_spoken=minutes > 0,
            started=started.astimezone(dt.UTC),
            seconds=minutes * 60,
            text="\n".join([call["subject"], call["description"] or "", *said]),
            recordings=len(files),
            step_seconds=60,
        )

    def numbers(self) -> list[str]:
        """Every number of every contact."""
        columns = ("mobilephone", "telephone1", "telephone2", "telephone3")
        return [one[column] for one in self.rows["contacts"].values() for column in columns if one.get(column)]

    def tasks_there(self) -> list[TaskThere]:
        """The tasks."""
        return [
            TaskThere(
                self._number(one["_regardingobjectid_value"]),
                one["subject"],
                one["description"] or "",
                one["statecode"] == 1,
            )
            for one in self.rows["tasks"].values()
        ]

    def add_contact(self, phone: str, name: str, table: str = "contacts", **more: Any) -> Json:
        """Adds a contact, or a lead, as a person would."""
        first, _, last = name.rpartition(" ")
        return self.add(table, {"firstname": first, "lastname": last, "telephone1": phone, **more})

    def add(self, table: str, row: Json) -> Json:
        """A new row as it is kept, with what Dataverse adds itself."""
        there = rules.TABLES[table]
        row_id = row.get(there.key) or str(uuid.UUID(int=next(self._ids), version=4))
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        empty = dict.fromkeys(self.columns(table))
        status = there.states[0][0]
        whole = {**empty, "statecode": 0, "statuscode": status, "createdon": now, **row, there.key: row_id}
        self.rows[table][row_id] = whole
        self._made_at[row_id] = time.monotonic()
        return whole

    def columns(self, table: str) -> dict[str, rules.Column]:
        """A table's columns, the key column of phone calls among them."""
        columns = rules.TABLES[table].columns
        if table == "phonecalls" and self.key_column:
            return {**columns, self.key_column: rules.Column(length=self.key_length)}
        return columns

    def shown(self, table: str) -> list[Json]:
        """What searches show of a table."""
        return [row for row_id, row in self.rows[table].items() if self.is_indexed(self._made_at[row_id])]

    def end_tokens(self) -> None:
        """Ends every token before its time, as a changed policy does."""
        self.tokens.clear()

    def _number(self, row_id: str | None) -> str | None:
        person = self.rows["contacts"].get(row_id or "") or self.rows["leads"].get(row_id or "") or {}
        return person.get("mobilephone") or person.get("telephone1")
