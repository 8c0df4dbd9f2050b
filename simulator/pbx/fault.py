"""One thing that goes wrong at a PBX."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["answer", "ignore_period", "suspect_empty", "extra_rows"]

BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
ANYWHERE = re.compile("")


@dataclass
class Fault:
    """A fault for the paths that `match`; `times` counts down, None is for ever.

    `cut`: the answer's body ends early, as long as its header says. `signs_out`: the session is over before the
    request is looked at.
    """

    match: re.Pattern[str] = ANYWHERE
    kind: Kind = "answer"
    status: int | None = None
    body: str | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    drop: bool = False
    rows: tuple[object, ...] = ()
    times: int | None = 1
    cut: bool = False
    signs_out: bool = False

    @property
    def replaces_answer(self) -> bool:
        """Whether the PBX's own answer is not given."""
        return self.status is not None or self.body is not None
