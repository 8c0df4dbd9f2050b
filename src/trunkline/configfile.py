"""Reading `trunkline.toml`: includes, `.env`, and one sentence per mistake (contract §3)."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from dotenv import load_dotenv
from pydantic import ValidationError

from trunkline import branding
from trunkline.config import Account, Config
from trunkline.errors import ConfigError

DEFAULT_NAME = "trunkline.toml"


def find(given: Path | None) -> Path:
    """`--config`, else `TRUNKLINE_CONFIG`, else `./trunkline.toml`."""
    return given or Path(os.environ.get("TRUNKLINE_CONFIG", DEFAULT_NAME))


def load(given: Path | None = None) -> Config:
    """The config with its includes; variables of a `.env` beside it are set unless they are set already.

    Raises:
        ConfigError: Missing or unreadable file, unknown key, bad value; names file, key and reason.
    """
    path = find(given).resolve()
    data = _read(path)
    accounts = _accounts_of(path, data)
    origins = [str(path)] * len(accounts)
    for pattern in _patterns(path, data.pop("include", [])):
        found = sorted(path.parent.glob(pattern))
        if not found:
            raise ConfigError(f"{path}: include {pattern!r} matches no file", mend="correct or remove it")
        for part in found:
            tables = _included(part)
            accounts += tables
            origins += [str(part)] * len(tables)
    data["account"] = accounts
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(_sentence(error, path, origins, data), mend="see README, “Configuration”") from None
    load_dotenv(path.parent / ".env")
    _remember_folder(config, path)
    _check_brands(config, path, origins)
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", mend="run `trunkline init`, or name one with --config") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", mend="make it readable for this user") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}", mend="correct that line") from None


def _patterns(path: Path, value: object) -> list[str]:
    """What `include` lists: names relative to the config's folder."""
    patterns = value if isinstance(value, list) else [value]
    if not isinstance(value, list) or not all(isinstance(one, str) and _is_relative(one) for one in patterns):
        raise ConfigError(f"{path}: include: a list of file names is due", mend='write include = ["accounts/*.toml"]')
    return [str(one) for one in patterns]


def _is_relative(pattern: str) -> bool:
    return bool(pattern) and not Path(pattern).is_absolute()


def _included(path: Path) -> list[dict[str, Any]]:
    data = _read(path)
    if set(data) - {"account"}:
        raise ConfigError(f"{path}: an included file holds only [[account]] tables", mend="move the rest")
    return _accounts_of(path, data)


def _accounts_of(path: Path, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The `[[account]]` tables of one file."""
    tables = data.get("account", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{path}: account: tables are due", mend="write each account under [[account]]")
    return list(tables)


def _sentence(error: ValidationError, path: Path, origins: list[str], data: dict[str, Any]) -> str:
    """Every mistake as `file: key: reason`, with ids in place of list positions and no value of a secret."""
    lines = []
    for one in error.errors(include_input=False, include_url=False):
        where, file = _key(one["loc"], data), str(path)
        if len(one["loc"]) > 1 and one["loc"][0] == "account" and isinstance(one["loc"][1], int):
            file = origins[one["loc"][1]]
        reason = "unknown key" if one["type"] == "extra_forbidden" else one["msg"].removeprefix("Value error, ")
        lines.append(": ".join(part for part in (file, where, reason) if part))
    return "; ".join(dict.fromkeys(lines))


def _key(location: tuple[int | str, ...], data: Any) -> str:
    key = ""
    for step in location:
        if isinstance(data, dict) and step == data.get("kind") and step not in data:
            continue  # pydantic's word for which kind of CRM it took the table for
        data = data[step] if _holds(data, step) else None
        if isinstance(step, int):
            key += f"[{data.get('id', step) if isinstance(data, dict) else step}]"
        else:
            key += f".{step}" if key else step
    return key


def _holds(data: Any, step: int | str) -> bool:
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data


def _remember_folder(config: Config, path: Path) -> None:
    config._path = path
    if config.mail is not None:
        config.mail._folder = path.parent
    for account in config.account:
        for pbx in account.pbx:
            pbx._folder = path.parent
        for crm in account.crm:
            crm._folder = path.parent


def _check_brands(config: Config, path: Path, origins: list[str]) -> None:
    agency = config.agency.brand
    branding.check(agency, path.parent, f"{path}: agency.brand")
    for account, origin in zip(config.account, origins, strict=True):
        if account.brand.model_fields_set:
            brand = branding.merged(agency, account.brand)
            branding.check(brand, path.parent, f"{origin}: account[{account.id}].brand")


def account_ids(config: Config, accounts: tuple[str, ...], pbxs: tuple[str, ...]) -> tuple[Account, ...]:
    """The accounts a command works on; all of them if none is named.

    Raises:
        ConfigError: An id that the config does not have.
    """
    known_accounts = {account.id for account in config.account}
    known_pbxs = {pbx.id for account in config.account for pbx in account.pbx}
    for kind, given, known in (("account", accounts, known_accounts), ("PBX", pbxs, known_pbxs)):
        for one in given:
            if one not in known:
                raise ConfigError(f"no {kind} {one!r} in {config.path}", mend=f"one of: {', '.join(sorted(known))}")
    return tuple(
        account
        for account in config.account
        if (not accounts or account.id in accounts) and (not pbxs or any(pbx.id in pbxs for pbx in account.pbx))
    )
