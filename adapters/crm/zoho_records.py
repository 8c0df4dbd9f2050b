"""Zoho's records over HTTP: answers with one result for each record, queries, searches, attachments (v8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from trunkline import log
from trunkline.adapters.crm.base import AnswerLost, DeletedThere, Recording, Refused
from trunkline.adapters.crm.client import REASON_LENGTH, CrmClient
from trunkline.adapters.http import json_of
from trunkline.errors import BadAnswer, Forbidden, RemoteError

Json = dict[str, Any]

API = "/crm/v8"
MAX_RECORDS = 100  # in one request that inserts
PAGE_SIZE = 2000  # the most that a query gives at once; costs 3 credits, where 200 cost 1
MAX_PAGES = 50
_GONE_FIELDS = {"id", "Who_Id", "What_Id"}
_NO_RIGHT = {"NO_PERMISSION", "OAUTH_SCOPE_MISMATCH", "AUTHENTICATION_FAILURE"}
_UNCLEAR = {"INTERNAL_ERROR", "INTERNAL_SERVER_ERROR"}
_MEND = "mend the cause, then deliver --retry-failed"


class Records:
    """The organisation's records."""

    def __init__(self, client: CrmClient, rights: str) -> None:
        self.client = client
        self._rights = rights

    async def get(self, module: str, record_id: str, fields: Sequence[str]) -> Json:
        """One record. Raises DeletedThere."""
        rows = _rows(await self._ask("GET", f"{API}/{module}/{record_id}", params={"fields": ",".join(fields)}))
        if not rows:  # 204
            raise DeletedThere(f"not there: a record of {module}", where=self.client.where, mend=_MEND)
        return rows[0]

    async def insert(self, module: str, records: Sequence[Json], key_field: str = "") -> list[str | RemoteError]:
        """Inserts at most 100; for each its id, or why not. One whose `key_field` another has gives the other's id."""
        rows = _rows(await self._ask("POST", f"{API}/{module}", json={"data": list(records)}))
        found = [self._result(row, key_field) for row in rows[: len(records)]]
        missing = AnswerLost(
            "answered without a result for the record", where=self.client.where, mend="it is looked up"
        )
        return [*found, *(missing for _ in range(len(records) - len(found)))]

    async def insert_one(self, module: str, record: Json, key_field: str = "") -> str:
        """Inserts one record; its id."""
        (result,) = await self.insert(module, [record], key_field)
        if isinstance(result, RemoteError):
            raise result
        return result

    async def update(self, module: str, record_id: str, fields: Json) -> None:
        """Changes these fields of a record. Raises DeletedThere."""
        body = {"data": [fields]}
        rows = _rows(await self._ask("PUT", f"{API}/{module}/{record_id}", json=body, idempotent=True))
        result = self._result(rows[0] if rows else {})
        if isinstance(result, RemoteError):
            raise result

    async def query(self, select: str, most: int | None = None) -> list[Json]:
        """All that a COQL query without `limit` finds; with `most` the first page alone.

        It is taken to read the records and not the search's index, which is nowhere documented: where it lags after
        all, a key without duplicates still holds.
        """
        found: list[Json] = []
        size = most or PAGE_SIZE
        for page in range(MAX_PAGES):
            query = f"{select} limit {size} offset {page * size}"
            answer = await self._ask("POST", f"{API}/coql", json={"select_query": query}, idempotent=True)
            found += _rows(answer)
            if most or not (answer.get("info") or {}).get("more_records"):
                return found
        raise BadAnswer("a list without an end", where=self.client.where, mend="narrow the span")

    async def search(self, module: str, phone: str) -> list[Json]:
        """The records that the search's index has for a phone number, at most 200; new ones are shown late (§3.6)."""
        return _rows(await self._ask("GET", f"{API}/{module}/search", params={"phone": phone}))

    async def fields(self, module: str) -> list[Json]:
        """What fields the module has."""
        answer = await self._ask("GET", f"{API}/settings/fields", params={"module": module})
        return [one for one in answer.get("fields") or [] if isinstance(one, dict)]

    async def attached(self, module: str, record_id: str) -> set[str]:
        """The names of what is attached to a record; of links their titles."""
        rows = _rows(await self._ask("GET", _attachments(module, record_id), params={"fields": "id,File_Name"}))
        return {str(row.get("File_Name")) for row in rows}

    async def attach(self, module: str, record_id: str, recording: Recording, name: str) -> None:
        """Attaches a file, or a link with a title (query parameters, as Zoho's own document has them)."""
        if recording.url:
            options: Json = {"params": {"attachmentUrl": recording.url, "title": name}}
        else:
            options = {"files": {"file": (name, recording.content, recording.media_type)}}
        rows = _rows(await self._ask("POST", _attachments(module, record_id), **options))
        result = self._result(rows[0] if rows else {})
        if isinstance(result, RemoteError):
            raise result

    async def _ask(self, method: str, path: str, **options: Any) -> Json:
        """The answer's body, whatever its status, if it has a result for each record; empty for 204."""
        response = await self.client.send(method, path, **options)
        if response.is_success:
            answer = json_of(response, self.client.where) if response.content.strip() else {}
            return answer if isinstance(answer, dict) else {}
        body = _body(response)
        if response.status_code < 500 and _rows(body):
            return body
        gone = self._gone(body)
        raise gone or self.client.error_of(response)

    def _result(self, row: Json, key_field: str = "") -> str | RemoteError:
        """The id that one record's result tells, or the error it stands for."""
        where, code, details = self.client.where, str(row.get("code") or ""), _details(row)
        if code == "SUCCESS" and details.get("id"):
            return str(details["id"])
        if code == "DUPLICATE_DATA" and details.get("api_name") == key_field:
            # By version the other's id stands in `details`, or one level deeper.
            other = (details.get("duplicate_record") or {}).get("id") or details.get("id")
            return str(other) if other else AnswerLost("it is there already", where=where, mend="it is looked up")
        words = log.redact(f"{code} {row.get('message') or ''} {details.get('api_name') or ''}".strip())[:REASON_LENGTH]
        if code in _NO_RIGHT:
            return Forbidden(f"a right is missing ({words})", where=where, mend=self._rights)
        if not code or code == "SUCCESS" or code in _UNCLEAR:
            return AnswerLost(f"answered {words or 'without a result'}", where=where, mend="it is looked up")
        return self._gone(row) or Refused(f"refused it: {words}", where=where, mend=_MEND)

    def _gone(self, said: Json) -> DeletedThere | None:
        """The error for an id that the organisation does not have, or has no more (a lead that was converted)."""
        message = str(said.get("message") or "").lower()
        is_id = _details(said).get("api_name") in _GONE_FIELDS or "id given seems to be invalid" in message
        if said.get("code") not in {"INVALID_DATA", "ID_ALREADY_CONVERTED"} or not is_id:
            return None
        return DeletedThere(f"not there: {log.redact(message)}", where=self.client.where, mend=_MEND)


def _attachments(module: str, record_id: str) -> str:
    return f"{API}/{module}/{record_id}/Attachments"


def _rows(answer: Json) -> list[Json]:
    rows = answer.get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _details(row: Mapping[str, Any]) -> Json:
    details = row.get("details")
    return details if isinstance(details, dict) else {}


def _body(response: httpx.Response) -> Json:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
