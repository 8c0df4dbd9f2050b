"""A report's figures and the reckoning's in one shape, and where they differ."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import pytest

from trunkline.reports.account import AccountFigures
from trunkline.reports.figures import Slice


def is_read(truth: dict[str, Any]) -> bool:
    return any(share > 0 for share in truth["read"].values()) or truth["now"]["volumes"]["calls"] > 0


def differences(said: Any, truth: Any, seconds: float = 1e-6) -> dict[str, tuple[Any, Any]]:
    """Path of a figure → what the report says and what is true. Seconds may differ by `seconds`."""
    if isinstance(said, dict) and isinstance(truth, dict):
        return {
            f"{key}.{path}".rstrip("."): pair
            for key in sorted({*said, *truth}, key=str)
            for path, pair in differences(said.get(key), truth.get(key), seconds).items()
        }
    if isinstance(said, list) and isinstance(truth, list) and len(said) == len(truth):
        return {
            f"{place}.{path}".rstrip("."): pair
            for place, ones in enumerate(zip(said, truth, strict=True))
            for path, pair in differences(*ones, seconds).items()
        }
    if isinstance(said, tuple) and isinstance(truth, tuple):
        return differences(list(said), list(truth), seconds)
    same = said == (pytest.approx(truth, rel=1e-9, abs=seconds) if isinstance(truth, float) else truth)
    return {} if same else {"": (said, truth)}


def plain(one: Slice) -> dict[str, Any]:
    """A slice as names and values."""
    result = {kind: dataclasses.asdict(getattr(one, kind)) for kind in ("volumes", "callbacks", "coverage")}
    for name in ("removed", "recordings_removed"):
        assert result["volumes"].pop(name) == 0  # no retention in these worlds
    for name in ("causes", "unknown_causes", "not_eligible"):
        result["coverage"][name] = {count["label"]: count["calls"] for count in result["coverage"][name]}
    return result


JUDGED = ("callers", "returned", "self_recovered", "still_open", "never_returned")
"""Of the period before, those that depend on how long ago it was."""


def said_of(one: AccountFigures) -> dict[str, Any]:
    before = plain(one.before)
    before["callbacks"] = {name: before["callbacks"][name] for name in JUDGED}
    return {
        "now": plain(one.now),
        "before": before,
        "call_back": [dataclasses.astuple(caller) for caller in one.call_back],
        "heat": {(heat.weekday, heat.hour, heat.in_hours): heat.calls for heat in one.heat},
        "lost": {kind: sorted(count.calls for count in counts) for kind, counts in one.lost.items()},
        "reasons": {count.label: count.calls for count in one.lost["reason"]},
        "trend": [dataclasses.astuple(day) for day in one.trend],
        "weeks": [dataclasses.astuple(week) for week in one.weeks],
        "strip": {
            (line.pbx_id, line.dn, cell.day): dict(cell.calls)
            for line in one.strip
            for cell in line.cells
            if cell.calls
        },
        "waits": {wait.from_seconds: (wait.answered, wait.missed, wait.short_abandons) for wait in one.waits},
        "read": {pbx.pbx_id: pbx.read_share for pbx in one.reading},
        "is_comparable": one.is_comparable,
        "lake_since": one.lake_since,
    }


def truth_of(truth: dict[str, Any]) -> dict[str, Any]:
    before = dict(truth["before"])
    before["callbacks"] = {name: before["callbacks"][name] for name in JUDGED}
    lost: dict[str, Counter[tuple[str, str]]] = truth["lost"]
    return {
        **truth,
        "before": before,
        "lost": {kind: sorted(counts.values()) for kind, counts in lost.items()},
        "reasons": {label: calls for (_, label), calls in lost["reason"].items()},
    }
