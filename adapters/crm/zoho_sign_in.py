"""Signing in to Zoho: access tokens for one hour, from a refresh token that stays (CRM reference §2.4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trunkline.adapters.crm.base import Busy
from trunkline.adapters.crm.tokens import App, OAuth, file_of
from trunkline.crms import Zoho
from trunkline.errors import RemoteError

SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.coql.READ",
    "ZohoCRM.settings.fields.READ",
    "ZohoSearch.securesearch.READ",
)
"""What a refresh token is made with: everything that the adapter asks for."""
MEND = (
    "in the API console of the region that accounts_url names make a self client, generate a refresh token with the "
    f"scopes {','.join(SCOPES)}, and set client_id, client_secret and refresh_token"
)


def auth(crm: Zoho, state: Path) -> OAuth:
    """The sign-in that the config describes; the answer tells where the API of the organisation's region is.

    The file is named by the CRM: a refresh token is one organisation's, and nothing in it says of which.
    """
    secret = crm.revealed("client_secret").get_secret_value()

    def form(refresh: str) -> dict[str, str]:
        head = {"client_id": crm.client_id, "client_secret": secret, "grant_type": "refresh_token"}
        return {**head, "refresh_token": refresh}

    app = App(
        crm.accounts_url,
        "/oauth/v2/token",
        form,
        f"CRM {crm.id}",
        MEND,
        crm.revealed("refresh_token"),
        scheme="Zoho-oauthtoken",
        refusal=_throttled,
    )
    return OAuth(app, file_of(state, "zoho", crm.accounts_url, crm.client_id, crm.id))


def _throttled(answer: dict[str, Any], where: str) -> RemoteError | None:
    """A refresh token gives 10 access tokens in 10 minutes; then it is "Access Denied", with 200 (Kaizen 43)."""
    if "access denied" not in str(answer.get("error") or "").lower().replace("_", " "):
        return None
    return Busy(
        "it was signed in to too often", where=where, mend="nothing to do: it gives a token again in 10 minutes"
    )
