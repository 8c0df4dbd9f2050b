"""The `[[account.crm]]` tables: one per kind of CRM, each with the fields that only it has (contract §3)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, SecretStr, model_validator

from trunkline.fields import Id, Origin, WebAddress
from trunkline.secrets import SecretRef, reveal
from trunkline.table import Table

UnknownCallers = Literal["skip", "create-inbound", "create"]
SeveralContacts = Literal["first", "newest", "oldest", "skip"]
RecordingsAs = Literal["upload", "link", "none"]
Detail = Literal["agent", "queue", "did", "wait", "miss_reason", "name", "transcript", "summary"]


class CrmTable(Table):
    """What every kind has.

    `several_contacts`: whose timeline gets the call where several contacts have the number; never more than one.
    `recordings`: as files, as signed links (`[links]`), or not at all; by default as files where the CRM takes them.
    `leave_out`: what this CRM is not told.
    """

    id: Id
    unknown_callers: UnknownCallers = "skip"
    several_contacts: SeveralContacts = "first"
    missed_call_task: bool = False
    recordings: RecordingsAs | None = None
    leave_out: tuple[Detail, ...] = ()
    _folder: Path = PrivateAttr(Path())

    def revealed(self, key: str) -> SecretStr:
        """The secret that the field `key` refers to. Raises ConfigError if it is not set."""
        return reveal(str(getattr(self, key)), self._folder, f"CRM {self.id}, {key}")


class HighLevel(CrmTable):
    """A HighLevel sub-account (CRM reference §2.1).

    With a private integration token, or as an installed OAuth app; with `company_id` the refresh token is the
    agency's, and the sub-account's tokens are asked for with it. Without `provider_id` calls are written as notes.
    """

    kind: Literal["highlevel"]
    base_url: Origin = "https://services.leadconnectorhq.com"
    location_id: str
    provider_id: str | None = None
    token: SecretRef | None = None
    client_id: str | None = None
    client_secret: SecretRef | None = None
    refresh_token: SecretRef | None = None
    company_id: str | None = None
    user_id: str | None = None

    @model_validator(mode="after")
    def _one_way_in(self) -> HighLevel:
        _token_or_app(self.token, self.client_id, self.client_secret, self.refresh_token)
        return self


class HubSpot(CrmTable):
    """A HubSpot account (CRM reference §2.2). `key_property`: the unique property of calls that holds our id."""

    kind: Literal["hubspot"]
    base_url: Origin = "https://api.hubapi.com"
    token: SecretRef | None = None
    client_id: str | None = None
    client_secret: SecretRef | None = None
    refresh_token: SecretRef | None = None
    key_property: str = "trunkline_call_id"

    @model_validator(mode="after")
    def _one_way_in(self) -> HubSpot:
        _token_or_app(self.token, self.client_id, self.client_secret, self.refresh_token)
        return self


class Salesforce(CrmTable):
    """A Salesforce org, by OAuth client credentials (CRM reference §2.3).

    `login_url`: the org's own address. `base_url`: where its API answers; by default as the sign-in tells.
    """

    kind: Literal["salesforce"]
    base_url: Origin | None = None
    login_url: Origin
    client_id: str
    client_secret: SecretRef
    key_field: str = "Trunkline_Call_Id__c"


class Zoho(CrmTable):
    """A Zoho CRM organisation (CRM reference §2.4). `accounts_url`: of the region it lives in, which has no default."""

    kind: Literal["zoho"]
    base_url: Origin | None = None
    accounts_url: Origin
    client_id: str
    client_secret: SecretRef
    refresh_token: SecretRef
    key_field: str = "Trunkline_Call_Id"


class Pipedrive(CrmTable):
    """A Pipedrive company, by API token (CRM reference §2.5)."""

    kind: Literal["pipedrive"]
    base_url: Origin = "https://api.pipedrive.com"
    token: SecretRef
    user_id: int | None = None


class Dynamics(CrmTable):
    """A Dynamics 365 environment, by an Entra app (CRM reference §2.6).

    `base_url`: the environment's own address. `key_column`: the column of phonecall with an alternate key.
    """

    kind: Literal["dynamics"]
    base_url: Origin
    tenant_id: str
    client_id: str
    client_secret: SecretRef
    authority: Origin = "https://login.microsoftonline.com"
    key_column: str = "trunkline_callid"


class Webhook(CrmTable):
    """Any service that takes signed events (CRM reference §2.7). `url` may have a path, `base_url` has none."""

    kind: Literal["webhook"]
    base_url: Origin | None = None
    url: WebAddress | None = None
    secret: SecretRef

    @model_validator(mode="after")
    def _one_address(self) -> Webhook:
        if (self.url is None) == (self.base_url is None):
            raise ValueError("needs url, or base_url")
        return self

    @property
    def address(self) -> str:
        """Where events go."""
        return self.url or str(self.base_url)


Crm = Annotated[HighLevel | HubSpot | Salesforce | Zoho | Pipedrive | Dynamics | Webhook, Field(discriminator="kind")]
"""Every kind of CRM that trunkline delivers to."""


def _token_or_app(token: object, *app: object) -> None:
    """Raises ValueError unless either a token or all of an app's fields are given."""
    given = [one for one in app if one is not None]
    if (token is None and len(given) < len(app)) or (token is not None and given):
        raise ValueError("needs token, or client_id, client_secret and refresh_token")
