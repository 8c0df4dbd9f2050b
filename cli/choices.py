"""The options that commands over several accounts share."""

from __future__ import annotations

from typing import Annotated

import typer

Accounts = Annotated[
    list[str] | None, typer.Option("--account", metavar="ID", help="Only this account; may be repeated.")
]
Pbxs = Annotated[list[str] | None, typer.Option("--pbx", metavar="ID", help="Only this PBX; may be repeated.")]
