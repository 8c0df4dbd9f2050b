"""Signing in to Pipedrive, its rate limits, and lists that come in pages (CRM reference §2.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from trunkline.adapters.crm.base import AnswerLost
from trunkline.adapters.crm.client import CrmClient
from trunkline.adapters.crm.pace import Pace
from trunkline.adapters.crm.tokens import Auth, Static
from trunkline.crms import Pipedrive
from trunkline.errors import BadAnswer

Json = dict[str, Any]
# The least that a plan has for one API token; what the plan really has is told in every answer.
MAX_REQUESTS, INTERVAL_SECONDS = 20, 2.0
# Searches have a limit of their own, the same for every plan (Pipedrive's page on rate limiting).
MAX_SEARCHES = 10
PAGE_SIZE = 50  # the most that a list of call logs gives at once
MAX_PAGES = 400
_MEND = "copy the API token of its user (Pipedrive: Personal preferences > API) and put it in token"
_RIGHTS = "give the token's user this right (Pipedrive: Manage users > Permission sets)"


class Client(CrmClient):
    """Requests to Pipedrive, within one of its limits."""

    def __init__(self, crm: Pipedrive, auth: Auth, *, searches: bool = False) -> None:
        super().__init__(
            crm.base_url,
            where=f"CRM {crm.id}",
            auth=auth,
            pace=Pace(MAX_SEARCHES if searches else MAX_REQUESTS, INTERVAL_SECONDS),
            learn=(lambda _headers, _pace: None) if searches else _learn,
            mend=_MEND,
            rights=_RIGHTS,
            is_full=_is_full,
        )

    async def data(self, method: str, path: str, **options: Any) -> Any:
        """What an answer holds in `data`; null where there is nothing. Raises as `ask`."""
        return _object(await self.ask(method, path, **options)).get("data")

    async def made(self, path: str, body: Json) -> Json:
        """Posts; what was made, with its `id`.

        Raises:
            AnswerLost: As `ask`, and where the answer has no id.
        """
        data = _object(await self.data("POST", path, json=body))
        if not data.get("id"):
            raise AnswerLost("answered without the id of what was made", where=self.where, mend="the next run looks")
        return data

    async def pages(self, path: str, **query: Any) -> AsyncIterator[list[Json]]:
        """A list, page by page: the older addresses count from `start`, those of v2 give a cursor."""
        for _page in range(MAX_PAGES):
            answer = _object(await self.ask("GET", path, params=query))
            rows = [row for row in answer.get("data") or [] if isinstance(row, dict)]
            yield rows
            more = _object(answer.get("additional_data"))
            paging = _object(more.get("pagination"))
            if more.get("next_cursor"):
                query["cursor"] = more["next_cursor"]
            elif paging.get("more_items_in_collection") and rows:
                query["start"] = int(paging.get("next_start") or int(query.get("start", 0)) + len(rows))
            else:
                return
        raise BadAnswer(f"{path}: a list too long to look through", where=self.where, mend="look for the call there")


def sign_in(crm: Pipedrive) -> Auth:
    """A user's API token, bare in a header of its own (official document, `api_key`)."""
    return Static(crm.revealed("token"), scheme="", header_name="x-api-token")


def _learn(headers: Mapping[str, str], pace: Pace) -> None:
    """`x-ratelimit-limit`: requests in two seconds."""
    most = headers.get("x-ratelimit-limit", "")
    if most.isdigit():
        pace.learn(int(most), INTERVAL_SECONDS)


def _is_full(response: httpx.Response) -> bool:
    """429; who goes on after that is met by a page with 403, which is no answer of the API (§2.5, unverified)."""
    is_page = "json" not in response.headers.get("content-type", "")
    return response.status_code == 429 or (response.status_code == 403 and is_page)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
