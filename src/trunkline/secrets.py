"""References to secrets: `env:NAME`, `file:PATH` or `prefect:BLOCK`; a literal is refused (contract §3)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from trunkline.errors import ConfigError

_REFERENCE = re.compile(r"^(env|file|prefect):\S.*$")


def is_reference(text: str) -> bool:
    """Whether a value says where a secret is kept, and is none itself."""
    return _REFERENCE.match(text) is not None


def _reference(text: str) -> str:
    if not is_reference(text):
        raise ValueError("is a literal secret; write env:NAME, file:PATH or prefect:BLOCK instead")
    return text


SecretRef = Annotated[str, AfterValidator(_reference)]
"""Where a secret is kept; never the secret itself."""

# An option that holds a secret by its name: a key that is no key's name, number or switch, a token that is no file.
_SECRET_OPTION = re.compile(r"secret|password|token(?!_file)|(?<!kms)(?<!bucket)_key(?!_id|_enabled)")


def _no_literal_secret(options: dict[str, str]) -> dict[str, str]:
    for name, value in options.items():
        if _SECRET_OPTION.search(name) and not is_reference(value):
            raise ValueError(f"{name} is a literal secret; write env:NAME, file:PATH or prefect:BLOCK instead")
    return options


Settings = Annotated[dict[str, str], AfterValidator(_no_literal_secret)]
"""Settings of another program by its own names; what is secret by its name is a reference."""


def reveal(reference: str, folder: Path, key: str) -> SecretStr:
    """The secret that `reference` names; `folder` is the config's, for `file:`; `key` names it in errors.

    Raises:
        ConfigError: The variable, file or block is absent or empty.
    """
    kind, _, name = reference.partition(":")
    value = {"env": _from_environment, "file": _from_file, "prefect": _from_block}[kind](name, folder)
    if not value:
        raise ConfigError(f"{key}: {reference} is not set", mend=_MEND[kind].format(name=name))
    return SecretStr(value)


def revealed(settings: Settings, folder: Path, key: str) -> dict[str, SecretStr]:
    """All settings, those that name a secret with the secret itself; `key` names the table in errors.

    Raises:
        ConfigError: A variable, file or block is absent or empty.
    """
    return {
        name: reveal(value, folder, f"{key}.{name}") if is_reference(value) else SecretStr(value)
        for name, value in settings.items()
    }


_MEND = {
    "env": "set {name} in the environment, or in the file .env beside the config",
    "file": "create the file {name} with the secret as its only line",
    "prefect": "create the Secret block {name} on the Prefect server",
}


def _from_environment(name: str, _folder: Path) -> str:
    return os.environ.get(name, "").strip()


def _from_file(name: str, folder: Path) -> str:
    path = folder / name
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def _from_block(name: str, _folder: Path) -> str:
    from prefect.blocks.system import Secret

    try:
        block = Secret.load(name, _sync=True)  # type: ignore[call-arg]
    except ValueError:
        return ""
    return str(block.get())  # type: ignore[union-attr]
