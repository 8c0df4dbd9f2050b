"""Signing in to HubSpot, its rate limits, and what its refusals mean (CRM reference §2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from trunkline.adapters.crm.base import Busy
from trunkline.adapters.crm.client import CrmClient
from trunkline.adapters.crm.pace import Pace
from trunkline.adapters.crm.tokens import App, Auth, OAuth, Static, file_of
from trunkline.crms import HubSpot
from trunkline.errors import Forbidden, RemoteError

# Each version is served for 18 months; v3, v4 and OAuth v1 end in 2027 (§0.6; OAuth v1 on 2027-02-16).
VERSION = "2026-03"
# The least that an app has (Free, Starter); what an account really has is told in every answer but a search's.
MAX_REQUESTS, INTERVAL_SECONDS = 100, 10.0
# Searches have a limit of their own, of which no header tells: 4 a second once, 5 of late (unverified).
MAX_SEARCHES, SEARCH_INTERVAL_SECONDS = 4, 1.0
# Locked for two seconds after much was written, rate limit, account being moved: nothing was done, it may be later.
LATER = frozenset({423, 429, 477})
MEND_TOKEN = (
    "make a service key with crm.objects.contacts.read and .write (HubSpot: Development > Keys), put it in token"  # noqa: S105
)
MEND_APP = "install the app once more and put the new refresh token in refresh_token"


class Client(CrmClient):
    """Requests to HubSpot. A right that is missing is named as HubSpot names it."""

    def __init__(self, crm: HubSpot, auth: Auth, pace: Pace) -> None:
        super().__init__(
            crm.base_url,
            where=f"CRM {crm.id}",
            auth=auth,
            pace=pace,
            learn=_learn,
            mend=MEND_TOKEN if crm.token else MEND_APP,
            is_full=lambda response: response.status_code in LATER,
        )

    def error_of(self, response: httpx.Response) -> RemoteError:
        """As every CRM's, with the missing scopes, and with which limit it is that is used up."""
        error, said = super().error_of(response), _object(response)
        if isinstance(error, Forbidden) and (scopes := _scopes_in(said)):
            which = " and ".join(scopes)
            return Forbidden(
                f"the scope {which} is missing", where=self.where, mend=f"give the token the scope {which}"
            )
        if isinstance(error, Busy) and said.get("policyName") == "DAILY":
            mend = "calls wait; HubSpot counts anew from midnight in the account's time zone"
            return Busy("its requests of this day are used up", where=self.where, mend=mend)
        return error


def sign_in(crm: HubSpot, state: Path) -> Auth:
    """A token that stays (service key, private app), or an app's tokens of half an hour."""
    if crm.token:
        return Static(crm.revealed("token"))
    client_id, secret = crm.client_id or "", crm.revealed("client_secret").get_secret_value()

    def form(refresh: str) -> dict[str, str]:
        head = {"grant_type": "refresh_token", "client_id": client_id, "client_secret": secret}
        return {**head, "refresh_token": refresh}

    where, refresh_token = f"CRM {crm.id}", crm.revealed("refresh_token")
    app = App(crm.base_url, f"/oauth/{VERSION}/token", form, where, MEND_APP, refresh_token)
    return OAuth(app, file_of(state, "hubspot", crm.base_url, client_id, crm.id))


def _learn(headers: Mapping[str, str], pace: Pace) -> None:
    """`X-HubSpot-RateLimit-Max` in `X-HubSpot-RateLimit-Interval-Milliseconds`."""
    most = headers.get("x-hubspot-ratelimit-max", "")
    interval = headers.get("x-hubspot-ratelimit-interval-milliseconds", "")
    if most.isdigit() and interval.isdigit():
        pace.learn(int(most), int(interval) / 1000)


def _scopes_in(said: dict[str, Any]) -> list[str]:
    """The scopes that an answer of category MISSING_SCOPES asks for."""
    contexts = [error.get("context") or {} for error in said.get("errors") or [] if isinstance(error, dict)]
    named = [context.get("requiredGranularScopes") or context.get("requiredScopes") or [] for context in contexts]
    return sorted({str(scope) for scopes in named for scope in scopes})


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
