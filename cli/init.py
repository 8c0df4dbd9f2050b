"""`trunkline init`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import typer

from trunkline.cli.context import clear_errors, options_of
from trunkline.configfile import find
from trunkline.errors import ConfigError


def command(context: typer.Context) -> None:
    """Write a commented trunkline.toml and .env.example; nothing is overwritten."""
    options = options_of(context)
    with clear_errors(options):
        config = find(options.config)
        written = {config: "trunkline.toml", config.parent / ".env.example": "env.example"}
        for path in written:
            if path.exists():
                raise ConfigError(f"{path} is there already", mend="move it away, or name another with --config")
        for path, template in written.items():
            _write(path, template)
            options.say(f"wrote {path}")
    options.say("next: fill them in, copy .env.example to .env, then run `trunkline doctor`")
    options.finish({"written": [str(path) for path in written]})


def _write(path: Path, template: str) -> None:
    text = (files("trunkline.cli") / "templates" / template).read_text("utf-8")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", mend="choose a folder that you may write to") from None
