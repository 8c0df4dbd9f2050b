from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from trunkline.calls.facts import PbxFacts
from trunkline.calls.legs import Parsed, parse

SINCE = dt.datetime(2026, 9, 16, tzinfo=dt.UTC)
UNTIL = dt.datetime(2026, 9, 17, tzinfo=dt.UTC)
FACTS = PbxFacts("p", "acme", "AU", "xapi20", zone="Australia/Adelaide")
CONSOLE = PbxFacts(
    "p", "acme", "AU", "console18", zone="Australia/Adelaide", directory={"100": "extension", "800": "queue"}
)


@pytest.fixture
def xapi_row() -> Callable[..., bytes]:
    """One v20 row, a trunk call that extension 100 answered after 5 s and talked for 60 s, with changes."""

    def build(cdr: str = "leg-1", **changes: Any) -> bytes:
        row: dict[str, Any] = {
            "CdrId": cdr,
            "MainCallHistoryId": "call-1",
            "CallHistoryId": "history-1",
            "StartTime": "2026-09-16T03:00:00.123456Z",
            "SourceType": 1,
            "SourceDn": "10000",
            "SourceCallerId": "+61412345678",
            "SourceDisplayName": "Jo Caller",
            "DestinationType": 0,
            "DestinationDn": "100",
            "DestinationCallerId": "100",
            "DestinationDisplayName": "Anna Agent",
            "RingingDuration": "PT5S",
            "TalkingDuration": "PT1M",
            "Answered": True,
            "Direction": "Inbound",
            "Status": "Answered",
        }
        return json.dumps({**row, **changes}).encode()

    return build


@pytest.fixture
def read() -> Callable[..., Parsed]:
    """Rows of 16 September 2026 (UTC) as legs."""

    def go(*rows: bytes, facts: PbxFacts = FACTS) -> Parsed:
        return parse(rows, facts, SINCE, UNTIL)

    return go


@pytest.fixture
def console_row(read: Callable[..., Parsed]) -> Callable[..., dict[str, Any]]:
    """The leg that one console row becomes."""

    def go(**changes: Any) -> dict[str, Any]:
        row = {
            "Id": 7,
            "CallTime": "2026-09-16T12:30:00+09:30",
            "CallerId": "+61412345678",
            "Destination": "Anna Agent (100)",
            "Duration": "00:01:05",
            "Answered": True,
            **changes,
        }
        return read(json.dumps(row).encode(), facts=CONSOLE).legs.row(0, named=True)

    return go


@pytest.fixture
def legs() -> Callable[..., pl.DataFrame]:
    """Legs of one call: (kind, starts after, rings, talks, changes) each, the first from outside."""

    def build(*described: tuple[Any, ...]) -> pl.DataFrame:
        rows = []
        for index, (kind, after, ring, talk, *more) in enumerate(described):
            row = {
                "leg_id": f"p:{index}",
                "call_id": "p:call",
                "account_id": "acme",
                "pbx_id": "p",
                "started_at": SINCE + dt.timedelta(seconds=after),
                "source_kind": "external" if index == 0 else "extension",
                "source_number": "+61412345678" if index == 0 else None,
                "source_raw": "0412345678" if index == 0 else "100",
                "destination_kind": kind,
                "destination_dn": f"{kind}-{index}",
                "ring_seconds": float(ring),
                "talk_seconds": float(talk),
                "duration_seconds": float(ring + talk),
                "human": kind in ("extension", "external"),
                "spoke": kind in ("extension", "external") and talk > 0,
                "surface": "xapi20",
                "row_shape": "xapi-u6",
            }
            rows.append({**row, **(more[0] if more else {})})
        return pl.DataFrame(rows, schema_overrides={"started_at": pl.Datetime("us", "UTC")}, infer_schema_length=None)

    return build
