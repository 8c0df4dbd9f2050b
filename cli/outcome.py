"""How a job over PBXs is watched and what it says at its end."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from trunkline.cli.context import Options, run

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from trunkline.flows.outcome import Outcome


class Bars:
    """Progress bars on a terminal; elsewhere nothing, the summary says it all."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def ahead(self, what: str, count: int) -> None:
        """More pieces lie ahead."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=0)
        task = self._tasks[what]
        self._progress.update(task, total=(self._progress.tasks[task].total or 0) + count)

    def done(self, what: str, count: int = 1) -> None:
        """Pieces are done."""
        if what in self._tasks:
            self._progress.advance(self._tasks[what], count)


@contextlib.contextmanager
def watched(options: Options) -> Iterator[None]:
    """Shows progress while a job runs, on a terminal only."""
    from trunkline.tasks.work import WATCHER

    if options.quiet or options.as_json or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        token = WATCHER.set(Bars(progress))
        try:
            yield
        finally:
            WATCHER.reset(token)


def carry_out(options: Options, job: Coroutine[Any, Any, Outcome]) -> None:
    """Runs a job with its progress, prints what it did, and ends with its status."""
    with watched(options):
        outcome: Outcome = run(options, job)
    for line in summary(outcome):
        options.say(line)
    for line in failures(outcome):
        sys.stderr.write(f"{line}\n")
    options.finish(outcome.as_json(), outcome.exit_status)


def summary(outcome: Outcome) -> list[str]:
    """What a job did, in a few lines."""
    lines = []
    if outcome.windows:
        lines.append(f"{outcome.windows} windows read: {outcome.rows} rows, {outcome.calls} calls")
        lines.append(f"{outcome.calls_changed} calls new or changed")
    if outcome.recordings_asked:
        lines.append(f"{outcome.recordings_stored} recordings stored of {outcome.recordings_asked} asked for")
    if outcome.activities:
        states = ", ".join(f"{count} {state}" for state, count in sorted(outcome.activities.items()))
        lines.append(f"CRM activities: {states}")
    return [*(lines or ["nothing was due"]), *outcome.remarks]


def failures(outcome: Outcome) -> list[str]:
    """Each part that failed, with what mends it."""
    count = len(outcome.failures)
    if not count:
        return []
    parts = "1 part" if count == 1 else f"{count} parts"
    head = f"{parts} failed, and will be tried again next time; everything else is done:"
    return [head, *(f"  ✗ {failure}" for failure in outcome.failures)]
