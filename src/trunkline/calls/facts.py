"""What is known of a PBX before its rows are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PbxFacts:
    """The PBX a batch of rows came from.

    `directory`: DN → kind, empty where the PBX would not tell. `began`: `CallId` → first start, of calls that were
    going on when the window began, where calls are only numbered.
    """

    pbx_id: str
    account_id: str
    region: str
    surface: str
    zone: str = "UTC"
    directory: Mapping[str, str] = field(default_factory=dict)
    began: Mapping[int, dt.datetime] = field(default_factory=dict)
