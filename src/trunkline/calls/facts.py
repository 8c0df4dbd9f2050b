"""What is known of a PBX before its rows are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PbxFacts:
    """The PBX a batch of rows came from. `directory`: DN → kind, empty where the PBX would not tell."""

    pbx_id: str
    account_id: str
    region: str
    surface: str
    zone: str = "UTC"
    directory: Mapping[str, str] = field(default_factory=dict)
