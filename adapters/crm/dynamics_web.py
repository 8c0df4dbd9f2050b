"""The Web API of one Dataverse environment: signed in by Entra, rows found, made and changed (CRM reference §2.6)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from trunkline.adapters.crm.base import AnswerLost, DeletedThere, Refused
from trunkline.adapters.crm.client import CrmClient
from trunkline.adapters.crm.pace import Pace
from trunkline.adapters.crm.tokens import App, OAuth, file_of
from trunkline.adapters.http import json_of
from trunkline.crms import Dynamics
from trunkline.errors import BadAnswer, BadCredentials, RemoteError

Json = dict[str, Any]
API = "/api/data/v9.2"
# 6,000 requests in 300 s per user and web server (Microsoft's "Service protection API limits"); no header tells the
# limit itself, and what is left is told for one of several servers, so neither is learnt from.
MAX_REQUESTS, INTERVAL_SECONDS = 6000, 300.0
KEY_LENGTH = 100  # what Power Apps gives a line of text; the longest call id: 63 for the PBX, a colon, 36
PAGE_SIZE = 500
MAX_PAGES = 1000
MEND_APP = "make a client secret for the app in Entra, and put its value in client_secret"
MEND_RIGHTS = "add the app as an application user of the environment, with a security role; doctor names missing rights"
MEND_KEY = (
    f"in Power Apps add to the table Phone Call the column that key_column names (single line of text, {KEY_LENGTH} "
    "characters), and a key on it alone"
)
_HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0"}
# Entra's own numbers (its reference of AADSTS errors): what a technician confuses most.
_SAYINGS = {
    "AADSTS7000215": ("the client secret is wrong", "put the secret's value in client_secret, not its id"),
    "AADSTS7000222": ("the client secret has expired", MEND_APP),
    "AADSTS700016": ("the app is not known in this tenant", "check client_id and tenant_id"),
    "AADSTS90002": ("there is no such tenant", "check tenant_id"),
    "AADSTS500011": ("no environment has this address", "check base_url: the environment's own address"),
}


class NoKey(RemoteError):
    """The column for our call id is not there, or does not take it. It is the same for every call, so they wait."""

    code = "no_key"


class Web:
    """Requests to one environment."""

    def __init__(self, crm: Dynamics, state: Path) -> None:
        self._crm, self.where = crm, f"CRM {crm.id}"
        self.client = CrmClient(
            crm.base_url,
            where=self.where,
            auth=_auth(crm, state),
            pace=Pace(MAX_REQUESTS, INTERVAL_SECONDS),
            mend=MEND_APP,
            rights=MEND_RIGHTS,
            headers=_HEADERS,
        )

    async def get(self, path: str, **params: str) -> Json:
        """One row, or what a function answers; `params` without their `$`."""
        answer = await self._ask("GET", f"{API}/{path}", params=_query(params))
        return answer if isinstance(answer, dict) else {}

    async def rows(self, table: str, **params: str) -> list[Json]:
        """All rows of a query, page after page.

        Raises:
            BadAnswer: The next page is said to be at another origin, where the token must not go; or too many pages.
        """
        found: list[Json] = []
        path = f"{API}/{table}"
        query: dict[str, str] | None = _query(params)
        for _page in range(MAX_PAGES):
            answer = await self._ask("GET", path, params=query, headers={"Prefer": f"odata.maxpagesize={PAGE_SIZE}"})
            page = answer if isinstance(answer, dict) else {}
            found += page.get("value", [])
            following = page.get("@odata.nextLink")
            if not following:
                return found
            path, query = self._here(str(following)), None
        raise BadAnswer(f"more than {MAX_PAGES} pages of {table}", where=self.where, mend="narrow the span")

    async def create(self, table: str, key: str, body: Json) -> str | None:
        """A new row's id (column `key`); null where another row has the same alternate key already."""
        response = await self.client.send(
            "POST",
            f"{API}/{table}",
            params={"$select": key},
            json=body,
            headers={"Prefer": "return=representation"},
        )
        if response.status_code == 412:  # 0x80060892, "Entity Key … violated"
            return None
        if not response.is_success:
            raise self._mended(self.client.error_of(response))
        answer = json_of(response, self.where) if response.content.strip() else {}
        if not isinstance(answer, dict) or not answer.get(key):
            raise AnswerLost(f"answered without the id of what was made in {table}", where=self.where)
        return str(answer[key])

    async def change(self, table: str, row_id: str, body: Json) -> None:
        """Changes a row that is there. Without `If-Match` a deleted row would be made anew."""
        await self._ask("PATCH", f"{API}/{table}({row_id})", json=body, headers={"If-Match": "*"})

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            return await self.client.ask(method, path, **options)
        except Refused as error:
            raise self._mended(error) from error

    def _mended(self, error: RemoteError) -> RemoteError:
        """A refusal of our key column (400, in words that name it) is not this call's alone."""
        column = self._crm.key_column
        if not isinstance(error, Refused) or isinstance(error, DeletedThere) or column not in error.message:
            return error
        return NoKey(
            f"no column {column} of phone calls takes our id: {error.message}", where=self.where, mend=MEND_KEY
        )

    def _here(self, link: str) -> str:
        """Path and query of a link to this environment."""
        there, here = httpx.URL(link), httpx.URL(self._crm.base_url)
        if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
            raise BadAnswer("the next page is said to be elsewhere", where=self.where, mend="check base_url")
        return there.raw_path.decode()


def text_of(value: str) -> str:
    """A text as an OData literal."""
    return "'" + value.replace("'", "''") + "'"


def instant(moment: dt.datetime) -> str:
    """UTC to the second, as OData has it; Dataverse keeps no more."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _query(params: Mapping[str, str]) -> dict[str, str]:
    return {f"${key}": value for key, value in params.items()}


def _auth(crm: Dynamics, state: Path) -> OAuth:
    """Client credentials: no refresh token, only a new sign-in. Kept by the secret too, so that a new one is tried."""
    secret = crm.revealed("client_secret").get_secret_value()
    form = {
        "client_id": crm.client_id,
        "client_secret": secret,
        "grant_type": "client_credentials",
        "scope": f"{crm.base_url}/.default",
    }
    app = App(
        crm.authority,
        f"/{crm.tenant_id}/oauth2/v2.0/token",
        lambda _refresh: form,
        f"CRM {crm.id}",
        MEND_APP,
        refusal=_refusal,
    )
    return OAuth(app, file_of(state, "dynamics", crm.base_url, crm.authority, crm.tenant_id, crm.client_id, secret))


def _refusal(answer: Json, where: str) -> RemoteError | None:
    number = re.search(r"AADSTS\d+", str(answer.get("error_description") or ""))
    if number is None or number[0] not in _SAYINGS:
        return None
    said, mend = _SAYINGS[number[0]]
    return BadCredentials(f"the sign-in was refused: {said} ({number[0]})", where=where, mend=mend)
