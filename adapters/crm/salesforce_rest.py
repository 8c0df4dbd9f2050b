"""Salesforce's REST API: signing in, upserts by an external id, queries (CRM reference §2.3).

Nothing here was tried on a live org; where the documents leave a doubt the comment says which way is the safe one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trunkline.adapters.crm import salesforce_errors as errors
from trunkline.adapters.crm.base import AnswerLost
from trunkline.adapters.crm.client import CrmClient, said_in
from trunkline.adapters.crm.pace import Pace
from trunkline.adapters.crm.salesforce_errors import RIGHTS
from trunkline.adapters.crm.tokens import App, OAuth, file_of
from trunkline.adapters.http import json_of
from trunkline.crms import Salesforce
from trunkline.errors import BadAnswer, RemoteError

DATA = "/services/data/v60.0"  # Spring '24; a version is served for three years at least
UPSERT_MOST = 200
MAX_PAGES = 500
# The documented limits are of a day and of 25 long requests at once; a second of 25 short ones stays below both.
MAX_REQUESTS, INTERVAL_SECONDS = 25, 1.0
LOCK_WAITS_SECONDS = (0.3, 1.0)
MEND = (
    "check client_id, client_secret and that login_url is the org's own address (…my.salesforce.com); the connected "
    "app needs the client credentials flow with a run-as user, and the scope api"
)
_USAGE = re.compile(r"(?:^|[\s,;])api-usage=(\d+)/(\d+)")


class Rest:
    """Requests to one org. Paths are given from the API's version on."""

    def __init__(self, crm: Salesforce, state: Path) -> None:
        self.where = f"CRM {crm.id}"
        self._key_field = crm.key_field
        secret = crm.revealed("client_secret").get_secret_value()
        form = {"grant_type": "client_credentials", "client_id": crm.client_id, "client_secret": secret}
        app = App(crm.login_url, "/services/oauth2/token", lambda _refresh: form, self.where, MEND)
        self._client = CrmClient(
            crm.base_url,
            where=self.where,
            auth=OAuth(app, file_of(state, "salesforce", crm.login_url, crm.client_id)),
            pace=Pace(MAX_REQUESTS, INTERVAL_SECONDS),
            mend=MEND,
            rights=RIGHTS,
            is_full=errors.is_full,
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    @property
    def usage(self) -> tuple[int, int] | None:
        """Requests of the last 24 hours and how many are allowed, as the last answer told."""
        found = _USAGE.search(self._client.last_headers.get("sforce-limit-info", ""))
        return (int(found[1]), int(found[2])) if found else None

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        """The answer's JSON, null for none; sent again where another had locked the record, for nothing was written.

        Raises:
            AnswerLost: It stays locked; nothing was written.
            Forbidden: A field or an object is missing for this user, or the org's storage is full.
            RemoteError: As `CrmClient.ask`.
        """
        for wait_seconds in (*LOCK_WAITS_SECONDS, None):
            response = await self._client.send(method, DATA + path, **options)
            if response.is_success:
                return json_of(response, self.where) if response.content.strip() else None
            error = errors.first(response)
            if errors.code(error) != errors.LOCKED or wait_seconds is None:
                break
            await asyncio.sleep(wait_seconds)
        if response.status_code == 404 and self._key_field in said_in(error):  # not a record: the key field itself
            raise errors.missing(error, self.where)
        raise errors.of_more_than_one(error, self.where) or self._client.error_of(response)

    async def upsert(self, kind: str, records: Sequence[Mapping[str, Any]]) -> list[str | RemoteError]:
        """Writes records by our key; for each, in order, its id or why not. At most `UPSERT_MOST`.

        What another has locked is tried again, and what is there already is written without what is set only once.

        Raises:
            RemoteError: What concerns all of them.
        """
        results: list[str | RemoteError] = [AnswerLost("no result", where=self.where)] * len(records)
        waiting = {place: dict(record) for place, record in enumerate(records)}
        for wait_seconds in (*LOCK_WAITS_SECONDS, None):
            again: dict[int, dict[str, Any]] = {}
            is_locked = False
            for place, item in zip(waiting, await self._upserted(kind, list(waiting.values())), strict=True):
                if item.get("success"):
                    results[place] = id_in(item, self.where)
                    continue
                error = (item.get("errors") or [{}])[0]
                results[place] = errors.of_one(error, self.where)
                if errors.code(error) == errors.LOCKED:
                    again[place], is_locked = waiting[place], True
                elif errors.is_once(error):
                    again[place] = {key: value for key, value in waiting[place].items() if key != errors.ONCE}
            waiting = again
            if not waiting or wait_seconds is None:
                break
            if is_locked:
                await asyncio.sleep(wait_seconds)
        return results

    async def query(self, soql: str) -> list[dict[str, Any]]:
        """The rows of a query, page after page."""
        answer = await self.ask("GET", "/query/", params={"q": soql})
        rows: list[dict[str, Any]] = []
        for _page in range(MAX_PAGES):
            if not isinstance(answer, dict) or not isinstance(answer.get("records"), list):
                raise BadAnswer("answered a query without records", where=self.where, mend="try again")
            rows += answer["records"]
            if answer.get("done", True) or not answer.get("nextRecordsUrl"):
                return rows
            answer = await self.ask("GET", str(answer["nextRecordsUrl"]).removeprefix(DATA))
        raise BadAnswer("a query without an end", where=self.where, mend="narrow the span")

    async def _upserted(self, kind: str, records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        body = {"allOrNone": False, "records": [{"attributes": {"type": kind}, **record} for record in records]}
        answer = await self.ask("PATCH", f"/composite/sobjects/{kind}/{self._key_field}", json=body)
        if not isinstance(answer, list) or len(answer) != len(records):
            raise BadAnswer("answered another number of records than were sent", where=self.where, mend="try again")
        return answer


def select(fields: Sequence[str], kind: str, *conditions: str) -> str:
    """A query for the rows of which all conditions are true."""
    return f"SELECT {', '.join(fields)} FROM {kind} WHERE {' AND '.join(conditions)}"  # noqa: S608 - values are quoted


def quoted(text: str) -> str:
    """A text as SOQL has it in a condition."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def id_in(answer: Any, where: str) -> str:
    """The id of a record that was made. Raises AnswerLost if there is none."""
    if not isinstance(answer, dict) or not answer.get("id"):
        raise AnswerLost("answered without the new record's id", where=where)
    return str(answer["id"])
