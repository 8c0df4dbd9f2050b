"""What a run did: counts, and each part that failed with its reason. One bad tenant never stops another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trunkline.errors import TrunklineError
from trunkline.log import redact


@dataclass(frozen=True)
class Failure:
    """One part that failed: which, the error's code, what was seen and what mends it."""

    part: str
    code: str
    message: str
    mend: str = ""

    @classmethod
    def of(cls, part: str, error: TrunklineError) -> Failure:
        """From an error that was caught."""
        return cls(part, error.code, redact(error.message), error.mend)

    @classmethod
    def fault(cls, part: str, error: BaseException) -> Failure:
        """From an exception that nobody foresaw; its text may hold anything, so only its kind is told."""
        leaf = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error
        said = f"a fault of trunkline's own: {type(leaf).__name__}"
        return cls(part, "fault", said, "report it with the lines logged")

    def __str__(self) -> str:
        return f"{self.part}: {self.message}" + (f" — {self.mend}" if self.mend else "")


@dataclass
class Outcome:
    """Added up over all PBXs and CRMs of a run. `remarks`: what was left out, and why that is as it should be."""

    windows: int = 0
    rows: int = 0
    calls: int = 0
    calls_changed: int = 0
    recordings_asked: int = 0
    recordings_stored: int = 0
    activities: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """0 all done, 1 done but some part failed (contract §2)."""
        return 1 if self.failures else 0

    def as_json(self) -> dict[str, Any]:
        """For `--json` and the flow run's result."""
        return {
            **{name: value for name, value in vars(self).items() if name != "failures"},
            "failures": [vars(failure) for failure in self.failures],
        }
