"""What a run works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trunkline import configfile
from trunkline.config import Account, Config
from trunkline.tasks.work import Site


@dataclass(frozen=True)
class Scope:
    """What a run works on: the config, and the accounts and PBXs named (all, if none is)."""

    config: Config
    accounts: tuple[Account, ...]
    pbxs: tuple[str, ...]

    @classmethod
    def of(cls, config: str | None, accounts: Sequence[str], pbxs: Sequence[str]) -> Scope:
        """Reads the config.

        Raises:
            ConfigError: It cannot be used, or has no such id.
        """
        settings = configfile.load(Path(config) if config else None)
        return cls(settings, configfile.account_ids(settings, tuple(accounts), tuple(pbxs)), tuple(pbxs))

    def sites(self, account: Account | None = None) -> list[Site]:
        """The PBXs, of all accounts or of one."""
        return [
            Site(owner, pbx)
            for owner in ([account] if account else self.accounts)
            for pbx in owner.pbx
            if not self.pbxs or pbx.id in self.pbxs
        ]
