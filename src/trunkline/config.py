"""The shape of `trunkline.toml` (contract §3). Reading it from disk is in `configfile`."""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, model_validator

from trunkline import hours as opening
from trunkline.alerts import Alerts
from trunkline.branding import Brand
from trunkline.crms import Crm
from trunkline.errors import ConfigError
from trunkline.fields import Address, CallbackWithin, Country, Days, Id, Language, Origin, Zone, is_loopback
from trunkline.links import Links as SignedLinks
from trunkline.secrets import SecretRef, Settings, reveal, revealed
from trunkline.table import Table
from trunkline.versions import Version

RecordingPolicy = Literal["all", "external", "on-demand", "none"]
RecordingFormat = Literal["original", "opus", "mp3"]
LEAST_SECRET = 32  # characters: what signs links must not be guessed by trying


class Agency(Table):
    """The firm that runs trunkline for its clients. `language` and `brand` are its reports' and its accounts'.

    `attach`: what goes with every mail, with numbers as in mails.
    """

    id: Id
    name: str
    timezone: Zone
    country: Country
    report_to: tuple[Address, ...] = ()
    alerts: Alerts = Alerts()
    pdf: bool = False
    attach: tuple[Literal["csv", "xlsx", "pdf"], ...] = ("csv",)
    language: Language = "en"
    brand: Brand = Brand()


class StoreTable(Table):
    """Where the lake, the PBXs' answers and the recordings are kept; relative to the config file.

    `options`: settings of an object store, as obstore names them (`aws_endpoint`, `aws_server_side_encryption`, …);
    a value may be a reference to a secret.
    """

    lake: str = "data/lake.duckdb"
    landing: str = "data/landing"
    recordings: str = "data/recordings"
    options: Settings = Field(default_factory=dict)


class Mail(Table):
    """The mail server: `smtp://` or `smtps://` (encrypted from the start).

    `starttls` of smtp://: `auto` demands it unless the server is on loopback, `always` there too, `never` is allowed
    there only: neither a password nor a report goes in the clear over a link. `verify`: true, or the file of the
    authority that signed the server's certificate, relative to the config.
    """

    url: Annotated[str, Field(pattern=r"^smtps?://[^/@\s]+$")]
    username: str | None = None
    password: SecretRef | None = None
    sender: str = Field(alias="from")
    starttls: Literal["auto", "always", "never"] = "auto"
    verify: bool | str = True
    _folder: Path = PrivateAttr(Path())

    @model_validator(mode="after")
    def _in_tls(self) -> Mail:
        parts = urlsplit(self.url)
        if parts.scheme == "smtps" and self.starttls != "auto":
            raise ValueError("starttls is of smtp://; smtps:// is encrypted from the start: leave it out")
        if self.starttls == "never" and not is_loopback(parts.hostname or ""):
            raise ValueError('starttls = "never" is allowed on loopback only: the reports would go in the clear')
        if self.verify is False:
            raise ValueError("verify = false would trust whoever answers; name the file of the server's authority")
        return self

    @property
    def authority(self) -> Path | None:
        """The file of the certificate authority to trust; null: the system's."""
        return self._folder / self.verify if isinstance(self.verify, str) else None


class Links(Table):
    """Signed links to stored recordings: where `trunkline recordings serve` is reached, and how long they are valid."""

    url: Origin
    secret: SecretRef
    days: Annotated[int, Field(gt=0, le=366)] = 30


class Floor(Table):
    """Versions below these are not supported: "upgrade 3CX first"."""

    v18: Version = Version.parse("18.0.0.11")
    v20: Version = Version.parse("20.0.0.0")


class Retention(Table):
    """How long each class of data is kept, in days; absent: for ever."""

    recordings_days: Days = None
    transcripts_days: Days = None
    calls_days: Days = None


class Missed(Table):
    """Thresholds for missed calls."""

    short_abandon_seconds: Annotated[float, Field(ge=0)] = 10
    callback_within: CallbackWithin = opening.Within(1, "business day")


class Pbx(Table):
    """One 3CX system. `client_id` with its secret signs in to v20, `username` with its password to v18's console."""

    id: Id
    url: Origin
    hosting: Literal["hosted", "self-managed", "express"] = "self-managed"
    client_id: str | None = None
    client_secret: SecretRef | None = None
    username: str | None = None
    password: SecretRef | None = None
    verify: bool | str = True
    max_call_hours: Annotated[float, Field(gt=0, le=24)] = 4
    hide_pcalls: bool = True
    _folder: Path = PrivateAttr(Path())

    @model_validator(mode="after")
    def _one_login(self) -> Pbx:
        api = self.client_id is not None and self.client_secret is not None
        console = self.username is not None and self.password is not None
        halves = (self.client_id, self.client_secret), (self.username, self.password)
        if api == console or any((one is None) != (other is None) for one, other in halves):
            raise ValueError("needs client_id and client_secret (v20), or username and password (v18)")
        return self

    @property
    def login(self) -> str:
        """The name that signs in: the API client's number, or the console user's."""
        return self.client_id or self.username or ""

    @property
    def trust(self) -> bool | str:
        """`verify`; the file that it names is relative to the config."""
        return str(self._folder / self.verify) if isinstance(self.verify, str) else self.verify

    def secret(self) -> SecretStr:
        """The client secret or the password. Raises ConfigError if it is not set."""
        reference = self.client_secret or self.password or ""
        return reveal(
            reference, self._folder, f"PBX {self.id}, {'client_secret' if self.client_secret else 'password'}"
        )


class Account(Table):
    """A client of the agency. `language` and what `brand` sets take the place of the agency's."""

    id: Id
    name: str
    timezone: Zone
    country: Country
    report_to: tuple[Address, ...] = ()
    language: Language | None = None
    brand: Brand = Brand()
    recording_policy: RecordingPolicy = "all"
    recording_format: RecordingFormat = "original"
    recording_pauses: tuple[str, ...] = ()
    hours: dict[str, str] | None = None
    holidays: str | tuple[dt.date, ...] | None = None
    retention: Retention = Retention()
    missed: Missed = Missed()
    masking: Literal["mail", "everywhere", "none"] = "mail"
    alerts: Alerts = Alerts()
    quiet_periods: Literal["mail", "skip"] = "mail"
    pbx: tuple[Pbx, ...] = ()
    crm: tuple[Crm, ...] = ()

    @model_validator(mode="after")
    def _readable(self) -> Account:
        opening.timetable(self.hours or {})
        if isinstance(self.holidays, str):
            opening.holiday_code(self.holidays)
        return self

    @cached_property
    def open_spans(self) -> tuple[opening.OpenSpan, ...]:
        """The weekly timetable; empty where no hours are set."""
        return opening.timetable(self.hours or {})


class Config(Table):
    """The whole file, with what it includes."""

    agency: Agency
    store: StoreTable = StoreTable()
    mail: Mail | None = None
    links: Links | None = None
    pbx_floor: Floor = Floor()
    account: tuple[Account, ...] = ()
    _path: Path = PrivateAttr(Path("trunkline.toml"))

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Config:
        for kind, ids in (
            ("accounts", [account.id for account in self.account]),
            ("PBXs", [pbx.id for account in self.account for pbx in account.pbx]),
            ("CRMs", [crm.id for account in self.account for crm in account.crm]),
        ):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f"two {kind} have the id {twice[0]!r}; give each its own")
        if self.agency.id in {account.id for account in self.account}:  # their reports would be one another's
            raise ValueError(f"the agency and an account have the id {self.agency.id!r}; give each its own")
        return self

    @property
    def path(self) -> Path:
        """The file it was read from."""
        return self._path

    def place(self, setting: str) -> str:
        """A folder or file of `[store]`, absolute; an address (`s3://…`) as it is."""
        return setting if re.match(r"^\w+://", setting) else str((self._path.parent / setting).resolve())

    @property
    def state_folder(self) -> Path:
        """Where sign-ins and staged files are kept: beside the lake."""
        return Path(self.place(self.store.lake)).parent / "state"

    def store_options(self) -> dict[str, SecretStr]:
        """The object store's settings. Raises ConfigError if one is a reference to what is absent."""
        return revealed(self.store.options, self._path.parent, "store.options")

    def alerts_of(self, account: Account) -> Alerts:
        """What opens an alert for this account, and who is mailed: the agency's settings with the account's own."""
        chosen = self.agency.alerts.with_those_of(account.alerts)
        return chosen if chosen.to is not None else chosen.model_copy(update={"to": self.agency.report_to})

    def link_secret(self) -> SecretStr | None:
        """What signs the links to recordings, if any are made. Raises ConfigError if it is absent or easily guessed."""
        if self.links is None:
            return None
        secret = reveal(self.links.secret, self._path.parent, "links, secret")
        if len(secret.get_secret_value()) < LEAST_SECRET:
            raise ConfigError(
                f"links, secret: shorter than {LEAST_SECRET} characters", mend="make one with `openssl rand -hex 32`"
            )
        return secret

    def signed_links(self) -> SignedLinks | None:
        """Makes and reads the links to recordings; null where the config has no [links]. Raises ConfigError."""
        secret = self.link_secret()
        if self.links is None or secret is None:
            return None
        return SignedLinks(self.links.url, secret.get_secret_value(), self.links.days)

    def mail_password(self) -> SecretStr | None:
        """The mail server's password, if one is set. Raises ConfigError if its variable is absent."""
        if self.mail is None or self.mail.password is None:
            return None
        return reveal(self.mail.password, self._path.parent, "mail, password")
