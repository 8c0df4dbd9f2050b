"""Raw rows → a typed frame; a row that cannot be read is set aside with its reason (contract §5.2)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from trunkline.calls.shapes import RowType, schema


@dataclass(frozen=True)
class Unreadable:
    """A row as received, and why it could not be read."""

    row: bytes
    reason: str


def one_line(raw: bytes) -> bytes:
    """The same JSON without line breaks, which NDJSON does not allow."""
    return raw.replace(b"\r", b" ").replace(b"\n", b" ")  # raw line breaks stand between tokens only


def decode(raws: Sequence[bytes], row_type: RowType) -> tuple[pl.DataFrame, list[Unreadable]]:
    """All rows in one go; if Polars refuses the batch, row by row, so that one bad row costs only itself.

    The frame has the struct's columns and `position`, the row's place in `raws`.
    """
    types = schema(row_type)
    if not raws:
        return pl.DataFrame(schema={**types, "position": pl.UInt32}), []
    try:
        lines = b"\n".join(one_line(raw) for raw in raws)
        frame = pl.read_ndjson(io.BytesIO(lines), schema=types).with_row_index("position")
    except (pl.exceptions.PolarsError, msgspec.DecodeError):
        return _one_by_one(raws, row_type, types)
    return (frame, []) if len(frame) == len(raws) else _one_by_one(raws, row_type, types)


def _one_by_one(
    raws: Sequence[bytes], row_type: RowType, types: dict[str, pl.DataType]
) -> tuple[pl.DataFrame, list[Unreadable]]:
    rows, unreadable = [], []
    decoder = msgspec.json.Decoder(row_type)
    for position, raw in enumerate(raws):
        try:
            rows.append({**msgspec.to_builtins(decoder.decode(raw)), "position": position})
        except (msgspec.DecodeError, ValueError) as error:
            unreadable.append(Unreadable(raw, str(error)))
    return pl.DataFrame(rows, schema={**types, "position": pl.UInt32}), unreadable
