"""Step 2 of a PBX: one window as the PBX answered it, landed as received and staged as legs."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from trunkline.adapters.pbx.base import Surface, Truncated
from trunkline.calls.facts import PbxFacts
from trunkline.calls.legs import Parsed, parse
from trunkline.calls.recordings import linked
from trunkline.models import WindowRead
from trunkline.store.windows import WindowRow
from trunkline.tasks.land import land
from trunkline.tasks.landed import Landed
from trunkline.tasks.step import step
from trunkline.tasks.work import Site, Work, now
from trunkline.windows import SMALLEST_WINDOW, Window


@dataclass(frozen=True)
class Staged:
    """A window ready to be merged: the ledger's row and the files it is made of."""

    row: WindowRow
    legs: Path
    recordings: Path
    quarantined: list[tuple[bytes, str]]


async def read_halving(surface: Surface, window: Window) -> AsyncIterator[tuple[Window, WindowRead, bool]]:
    """A window, or where the PBX's row limit cuts it its halves, and whether each piece is whole."""
    try:
        yield window, await surface.read(window), True
    except Truncated as cut:
        if window.length <= SMALLEST_WINDOW:
            yield window, cut.read, False
            return
        for half in window.halves():
            async for piece in read_halving(surface, half):
                yield piece


@step(lambda _work, site, _surface, _facts, window: f"extract {site.pbx.id} {window}")
async def extract(work: Work, site: Site, surface: Surface, facts: PbxFacts, window: Window) -> list[Staged]:
    """Reads, lands and stages one window; several pieces where it had to be halved.

    Raises:
        RemoteError: It could not be read; nothing of it is loaded.
    """
    pieces = []
    before = surface.requests
    async for piece, answer, is_whole in read_halving(surface, window):
        facts = replace(facts, surface=surface.name)  # a v18 PBX may be found to have another one than before
        seen = Landed(facts, piece, answer, now(), is_whole, surface.requests - before)
        seen = await land(work.landing, site, seen)
        pieces.append(await asyncio.to_thread(stage, work.state / "staged", seen, now()))
        before = surface.requests
    return pieces


def stage(parent: Path, seen: Landed, read_at: dt.datetime) -> Staged:
    """The rows of an answer as legs, and its recordings, in files of a new folder in `parent`.

    Raises:
        BadAnswer: Every row lies outside the window.
    """
    facts, window, answer = seen.facts, seen.window, seen.answer
    parsed = parse(answer.rows, facts, window.since, window.until, answer.earlier)
    recordings, dids = linked(parsed, answer.recordings or [], facts, window.until)
    legs = parsed.legs.with_columns(did=_did({**dids, **answer.dids}, facts.pbx_id))
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=f"{facts.pbx_id}-"))  # two syncs may stage the same window
    stem = f"{window.since:%Y%m%dT%H%M%S}-{window.until:%Y%m%dT%H%M%S}"
    staged = Staged(
        row=WindowRow(
            pbx_id=facts.pbx_id,
            window=window,
            state=_state(parsed, answer, seen.is_whole),
            read_at=read_at,
            landed_at=seen.landed_at,
            surface=facts.surface,
            row_shape=parsed.row_shape,
            rows=parsed.rows,
            legs=len(legs),
            calls=legs["call_id"].n_unique(),
            duplicates=parsed.duplicates,
            quarantined=len(parsed.unreadable),
            pages=answer.pages,
            requests=seen.requests,
            error=_error(parsed, answer),
            listed=None if facts.surface == "xapi18" else answer.recordings is not None,
        ),
        legs=folder / f"{stem}.legs.parquet",
        recordings=folder / f"{stem}.recordings.parquet",
        quarantined=[(one.row, one.reason) for one in parsed.unreadable],
    )
    legs.write_parquet(staged.legs)
    recordings.write_parquet(staged.recordings)
    return staged


def _state(parsed: Parsed, answer: WindowRead, is_whole: bool) -> str:
    """`complete` only if every page was read, all rows lie inside, and no row limit cut it (contract §5.3)."""
    if answer.problem:
        return "suspect_empty"
    nothing_read = parsed.rows and parsed.legs.is_empty()
    return "partial" if not is_whole or parsed.outside or nothing_read else "complete"


def _error(parsed: Parsed, answer: WindowRead) -> str | None:
    """Words for the ledger: the PBX's doubtful answer, or the first reason why no row could be read."""
    if answer.problem or not parsed.legs.is_empty() or not parsed.unreadable:
        return answer.problem
    return f"no row could be read: {parsed.unreadable[0].reason}"


def _did(dids: dict[str, str], pbx_id: str) -> pl.Expr:
    """The DID by the leg's own id or its call's."""
    keyed = {f"{pbx_id}:{key}": did for key, did in dids.items()}
    return pl.coalesce(
        pl.col(column).replace_strict(keyed, default=None, return_dtype=pl.String) for column in ("leg_id", "call_id")
    )
