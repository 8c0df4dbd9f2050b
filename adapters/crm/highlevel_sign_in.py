"""Signing in to HighLevel: a private integration token, or an app's tokens, whose refresh tokens are for one use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trunkline.adapters.crm.tokens import App, Auth, OAuth, Static, file_of
from trunkline.crms import HighLevel
from trunkline.errors import RemoteError

OAUTH_VERSION = "2021-07-28"
MEND_TOKEN = "make a private integration token with the scopes for contacts and conversations, and put it in token"  # noqa: S105
MEND_APP = "install the app once more and put the new refresh token in refresh_token"


class Suspended(RemoteError):
    """The sub-account is paused; its credentials work again when it is not (CRM reference §2.1)."""

    code = "suspended"


def mend(crm: HighLevel) -> str:
    """How to renew the credentials."""
    return MEND_TOKEN if crm.token else MEND_APP


def auth(crm: HighLevel, state: Path) -> Auth:
    """The sign-in that the config describes. With `company_id`, the agency's app asks for the sub-account's tokens."""
    if crm.token:
        return Static(crm.revealed("token"))
    where, client_id = f"CRM {crm.id}", crm.client_id or ""
    secret = crm.revealed("client_secret").get_secret_value()

    def form(refresh: str) -> dict[str, str]:
        head = {"client_id": client_id, "client_secret": secret, "grant_type": "refresh_token"}
        return {**head, "refresh_token": refresh, "user_type": "Company" if crm.company_id else "Location"}

    owner = crm.company_id or crm.location_id
    app = App(crm.base_url, "/oauth/token", form, where, MEND_APP, crm.revealed("refresh_token"), refusal=_suspended)
    installed = OAuth(app, file_of(state, "highlevel", crm.base_url, client_id, owner))
    if not crm.company_id:
        return installed
    place = {"companyId": crm.company_id, "locationId": crm.location_id}
    location = App(
        crm.base_url,
        "/oauth/locationToken",
        lambda _refresh: place,
        where,
        "install the app in this sub-account",
        headers=(("Version", OAUTH_VERSION),),
        through=installed,
        refusal=_suspended,
    )
    return OAuth(location, file_of(state, "highlevel", crm.base_url, client_id, owner, crm.location_id))


def _suspended(answer: dict[str, Any], where: str) -> RemoteError | None:
    if "not active" not in str(answer.get("message") or answer.get("error_description") or ""):
        return None
    return Suspended(
        "the sub-account is suspended", where=where, mend="calls wait until it is active again; keep the credentials"
    )
