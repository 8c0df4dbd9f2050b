"""Who has which number on a simulated PBX, and whether they are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from trunkline.simulator.scenarios.story import Party

QueueRecording = Literal["Disabled", "AllowToOptOut", "AskToOptIn"]

DN_TYPES: dict[str, int] = {
    "extension": 0,
    "external": 1,
    "ring_group": 2,
    "queue": 4,
    "voicemail": 5,
    "ivr": 6,
    "fax": 7,
    "parking": 8,
    "system": 12,
    "script": 13,
}
"""v20 reference §3.5."""


@dataclass
class Extension:
    """A person's extension and its recording switches (v20 reference §4.4)."""

    number: str
    first_name: str
    last_name: str
    record_calls: bool = True
    record_external_calls_only: bool = False
    forbid_recording: bool = False

    @property
    def name(self) -> str:
        """As the call log shows it."""
        return f"{self.first_name} {self.last_name}"


@dataclass
class Line:
    """A queue, ring group, menu or fax: a number with a name."""

    number: str
    name: str
    recording: QueueRecording = "AllowToOptOut"


Holiday = tuple[str, int, int, int | None]
"""Name, day, month, and the year unless it comes every year."""


@dataclass
class Department:
    """A department; `hours` are day of the week, opening and closing time (`HH:MM`), and none is always open.

    `time_zone_id`: the PBX's own short number for a zone. `hours_type`: one of the official document's RuleHoursType.
    """

    name: str
    id: int = 28
    number: str = ""
    time_zone_id: str | None = None
    hours: list[tuple[str, str, str]] = field(default_factory=list)
    holidays: list[Holiday] = field(default_factory=list)
    is_default: bool = False
    hours_type: str = "SpecificHoursExcludingHolidays"


STAFF = ("Anna Agnew", "Ben Birtles", "Carla Coleman", "Dev Dhillon", "Ellis Egan", "Faye Fong", "Gus Grady")


def staff(names: Sequence[str] = STAFF) -> list[Extension]:
    """Extensions 101, 102, … in the order of the names."""
    parted = [name.partition(" ") for name in names]
    return [Extension(str(101 + index), first, last) for index, (first, _, last) in enumerate(parted)]


@dataclass
class Directory:
    """All numbers of one PBX, in the layout that the scenarios' cast expects, and its departments."""

    extensions: list[Extension] = field(default_factory=staff)
    queues: list[Line] = field(default_factory=lambda: [Line("801", "Sales"), Line("802", "Support")])
    ring_groups: list[Line] = field(default_factory=lambda: [Line("600", "Front office")])
    ivrs: list[Line] = field(default_factory=lambda: [Line("800", "Main menu"), Line("810", "Closed message")])
    faxes: list[Line] = field(default_factory=lambda: [Line("888", "Fax machine")])
    departments: list[Department] = field(default_factory=lambda: [Department("DEFAULT", is_default=True)])
    dids: list[str] = field(default_factory=list)

    def extension(self, number: str) -> Extension:
        """The extension with this number; KeyError if there is none."""
        for one in self.extensions:
            if one.number == number:
                return one
        raise KeyError(number)

    def name_of(self, party: Party) -> str | None:
        """The party's own name, else what the directory calls its number."""
        if party.name is not None:
            return party.name
        if party.kind == "external":
            return party.number
        return self._listed(party.dn)

    def caption(self, number: str) -> str:
        """`Ben Birtles (102)`."""
        return f"{self._listed(number) or number} ({number})"

    def _listed(self, number: str | None) -> str | None:
        lines: list[Extension | Line] = [*self.extensions, *self.queues, *self.ring_groups, *self.ivrs, *self.faxes]
        return next((one.name for one in lines if one.number == number), None)
