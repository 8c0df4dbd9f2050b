"""Writes the `trunkline.toml` that belongs to a running world (contract §3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trunkline.simulator.crm.site import Secret

if TYPE_CHECKING:
    from trunkline.simulator.crm_site import SimulatedCrm
    from trunkline.simulator.pbx.model import SimulatedPbx
    from trunkline.simulator.world import Account, World

FILE_NAME = "trunkline.toml"


def write(world: World, folder: Path) -> Path:
    """`trunkline.toml` and `.env` in `folder`; returns the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    path.write_text(config_text(world), encoding="utf-8")
    variables = "".join(f"{name}={value}\n" for name, value in environment(world).items())
    (folder / ".env").write_text(variables, encoding="utf-8")
    return path


def environment(world: World) -> dict[str, str]:
    """Variable → secret, for every PBX and CRM."""
    secrets = {variable(pbx.id): pbx.secret for pbx in world.pbxs}
    for crm in world.crms:
        for key, value in crm.table("").items():
            if isinstance(value, Secret):
                secrets[variable(crm.id, key)] = str(value)
    return secrets


def variable(part_id: str, key: str = "secret") -> str:
    """The variable that holds a secret of a PBX or CRM."""
    return f"{part_id}_{key}".upper().replace("-", "_").replace(".", "_")


def config_text(world: World) -> str:
    """The config as TOML."""
    blocks = [
        _table(
            "[agency]",
            id=world.agency_id,
            name=world.agency_name,
            timezone=world.timezone,
            country=world.country,
            report_to=list(world.report_to),
        ),
        _table("[store]", lake="data/lake.duckdb", landing="data/landing", recordings="data/recordings"),
        _table("[mail]", url=world.mail.url, **{"from": f"{world.agency_name} reports <reports@northwind.example>"}),
    ]
    for account in world.accounts:
        blocks += _account(world, account)
    return "\n".join(blocks)


def _account(world: World, account: Account) -> list[str]:
    head = _table(
        "[[account]]",
        id=account.id,
        name=account.name,
        timezone=account.timezone,
        country=account.country,
        report_to=list(account.report_to),
        recording_policy=account.recording_policy,
        recording_pauses=list(account.recording_pauses) or None,
        recording_format=account.recording_format,
        hours=account.hours or None,
        holidays=account.holidays,
        retention=account.retention,
    )
    return [
        head,
        *(_pbx(world, pbx) for pbx in account.pbxs),
        *(_crm(world, crm) for crm in account.crms),
    ]


def _pbx(world: World, pbx: SimulatedPbx) -> str:
    login, secret = ("client_id", "client_secret") if pbx.surface == "xapi20" else ("username", "password")
    return _table(
        "[[account.pbx]]",
        id=pbx.id,
        url=world.url(pbx.id),
        hosting=pbx.hosting,
        verify=pbx.verify,
        **{login: pbx.login, secret: f"env:{variable(pbx.id)}"},
    )


def _crm(world: World, crm: SimulatedCrm) -> str:
    table = crm.table(world.url(crm.id)).items()
    named = {key: f"env:{variable(crm.id, key)}" if isinstance(value, Secret) else value for key, value in table}
    return _table("[[account.crm]]", **named)


def _table(header: str, **values: Any) -> str:
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join([header, *lines, ""])


def _toml(value: Any) -> str:
    """Text, truth values, lists and inline tables: JSON's spelling of the first three is TOML's too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
