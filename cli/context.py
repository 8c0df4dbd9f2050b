"""What every command shares: the global options, how it prints, and how it ends (contract §2)."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from trunkline import log
from trunkline.adapters import loop
from trunkline.errors import ConfigError, TrunklineError

INTERRUPTED = 130


@dataclass(frozen=True)
class Options:
    """The options before the command."""

    config: Path | None = None
    as_json: bool = False
    quiet: bool = False
    verbosity: int = 0

    @property
    def config_path(self) -> str | None:
        """The config's path as a job's parameter: absolute, since a worker has another folder."""
        return str(self.config.resolve()) if self.config else None

    @property
    def on_terminal(self) -> bool:
        """Whether a person looks at standard output: tables and colours are for them."""
        return sys.stdout.isatty() and not (self.as_json or self.quiet)

    def say(self, text: str = "") -> None:
        """A line for people; with `--json` it goes to standard error, so that standard output stays for programs."""
        if not self.quiet:
            sys.stdout.flush()
            (sys.stderr if self.as_json else sys.stdout).write(text + "\n")

    def finish(self, result: dict[str, Any], status: int = 0) -> None:
        """Ends the command: with `--json` the last line on standard output is one object.

        Raises:
            typer.Exit: Always.
        """
        if self.as_json:
            sys.stdout.write(json.dumps({**result, "exit_status": status}, default=str) + "\n")
        raise typer.Exit(status)


@contextlib.contextmanager
def clear_errors(options: Options) -> Iterator[None]:
    """One sentence per error, with the step that mends it; 2 if nothing was touched, else 1, 130 if interrupted."""
    try:
        yield
    except TrunklineError as error:
        is_config = isinstance(error, ConfigError)  # it names keys, never values: nothing to redact
        status = 2 if is_config else 1
        sys.stderr.write(f"trunkline: {error if is_config else log.redact(str(error))}\n")
        options.finish({"error": error.code, "message": error.message, "mend": error.mend}, status)
    except OSError as error:
        sys.stderr.write(f"trunkline: {error.filename or 'a file'}: {error.strerror} — make it usable for this user\n")
        options.finish({"error": "file", "message": str(error)}, 1)
    except KeyboardInterrupt:
        sys.stderr.write("trunkline: interrupted; what was done is kept, run the same command again to go on\n")
        options.finish({"error": "interrupted"}, INTERRUPTED)


def run(options: Options, job: Coroutine[Any, Any, Any]) -> Any:
    """Runs a job to its end; Ctrl-C ends it cleanly."""
    with clear_errors(options):
        return loop.run(job)


def options_of(context: typer.Context) -> Options:
    """The global options of the command line at hand."""
    found = context.obj
    return found if isinstance(found, Options) else Options()
