"""An agency with its accounts, PBXs, CRMs and mail server, all simulated and all on loopback."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trunkline.simulator import certificates
from trunkline.simulator.crm_site import SimulatedCrm
from trunkline.simulator.mail import MailSink
from trunkline.simulator.pbx.model import SimulatedPbx
from trunkline.simulator.serve import Server


@dataclass
class Account:
    """One client of the agency: the settings of contract §3 and what stands behind them."""

    id: str
    name: str
    timezone: str = "Australia/Adelaide"
    country: str = "AU"
    report_to: tuple[str, ...] = ()
    recording_policy: str = "all"
    recording_pauses: tuple[str, ...] = ()
    recording_format: str = "original"
    hours: dict[str, str] = field(default_factory=dict)
    holidays: str | None = None
    retention: dict[str, int] | None = None
    pbxs: list[SimulatedPbx] = field(default_factory=list)
    crms: list[SimulatedCrm] = field(default_factory=list)


@dataclass
class World:
    """Everything a run of trunkline talks to. Nothing listens outside of `running`."""

    accounts: list[Account]
    agency_id: str = "northwind"
    agency_name: str = "Northwind Digital"
    timezone: str = "Australia/Adelaide"
    country: str = "AU"
    report_to: tuple[str, ...] = ("ops@northwind.example",)
    unreachable: frozenset[str] = frozenset()
    mail: MailSink = field(default_factory=MailSink)
    started_at: dt.datetime | None = None
    servers: dict[str, Server] = field(default_factory=dict)

    @property
    def pbxs(self) -> list[SimulatedPbx]:
        """All PBXs of all accounts."""
        return [pbx for account in self.accounts for pbx in account.pbxs]

    @property
    def crms(self) -> list[SimulatedCrm]:
        """All CRMs of all accounts."""
        return [crm for account in self.accounts for crm in account.crms]

    def pbx(self, pbx_id: str) -> SimulatedPbx:
        """A PBX by its id; KeyError if there is none."""
        for pbx in self.pbxs:
            if pbx.id == pbx_id:
                return pbx
        raise KeyError(pbx_id)

    def url(self, part_id: str) -> str:
        """Where a PBX or CRM answers, or would answer."""
        return self.servers[part_id].url

    def stop(self, part_id: str) -> None:
        """Takes a PBX or CRM off the network; its address stays its own."""
        self.servers[part_id].stop()

    def start(self, part_id: str) -> None:
        """Brings it back at the same address."""
        self.servers[part_id].start()

    @property
    def ca_file(self) -> str:
        """The authority behind the PBXs that are served over HTTPS: a value for a PBX's `verify`."""
        return str(certificates.made().ca)

    @contextlib.contextmanager
    def running(self, folder: Path | None = None) -> Iterator[World]:
        """Starts everything but the unreachable PBXs; mails go to `folder`/mail as .eml files, if it is given."""
        if folder is not None:
            self.mail.folder = folder / "mail"
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.mail)
            parts: list[SimulatedPbx | SimulatedCrm] = [*self.pbxs, *self.crms]
            for part in parts:
                tls = isinstance(part, SimulatedPbx) and part.tls
                server = self.servers.setdefault(part.id, Server(part.app, tls=tls))
                server.reserve() if part.id in self.unreachable else server.start()
                stack.callback(server.stop)
            yield self
            for server in self.servers.values():
                server.ask_to_stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the config refers to."""
        from trunkline.simulator.config_file import environment  # it needs this module

        return environment(self)

    def write_config(self, folder: Path) -> Path:
        """Writes `trunkline.toml` and `.env` for this world; needs `running`, which settles the addresses."""
        from trunkline.simulator.config_file import write  # it needs this module

        return write(self, folder)
