"""Who plays whom in one placed call, and how quickly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from trunkline.simulator.scenarios.cast import CALLER_MARK
from trunkline.simulator.scenarios.story import Leg, Party, Scenario, Truth

NUMBER_IN_TEXT = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True)
class Casting:
    """Exchanges the caller, the inside numbers and the pace of a scenario, and keeps the truth in step."""

    scenario: Scenario
    caller: str | None
    caller_name: str | None
    stand_ins: Mapping[str, str]
    pace: float

    def party(self, party: Party) -> Party:
        """The party that stands in for this one."""
        if party.number == CALLER_MARK:
            return replace(party, number=self.caller, name=self.caller_name or party.name)
        return replace(party, dn=self._dn(party.dn))

    def leg(self, leg: Leg) -> Leg:
        """The leg with other people and at another pace."""
        return replace(
            leg,
            source=self.party(leg.source),
            destination=self.party(leg.destination),
            after_seconds=self._paced(leg.after_seconds),
            ring_seconds=self._paced(leg.ring_seconds),
            talk_seconds=self._paced(leg.talk_seconds),
            reason=NUMBER_IN_TEXT.sub(lambda found: f"{{{self._dn(found[1])}}}", leg.reason),
            recordings=tuple(replace(one, seconds=self._paced(one.seconds)) for one in leg.recordings),
        )

    def truth(self, truth: Truth, line: str | None) -> Truth:
        """The truth of the changed call; `line` is its DID."""
        return replace(
            truth,
            external_number=self._number(truth.external_number),
            external_name=(self.caller_name if truth.external_number else None) or truth.external_name,
            did=line if truth.did else None,
            first_destination=self._number(self._dn(truth.first_destination)),
            answered_by=self._number(self._dn(truth.answered_by)),
            queue=self._dn(truth.queue),
            wait_seconds=None if truth.wait_seconds is None else self._paced(truth.wait_seconds),
            talk_seconds=None if truth.talk_seconds is None else self._paced(truth.talk_seconds),
        )

    def _dn(self, dn: str | None) -> str | None:
        return self.stand_ins.get(dn, dn) if dn else dn

    def _number(self, number: str | None) -> str | None:
        return self.caller if number and number == self.scenario.caller else number

    def _paced(self, seconds: float) -> float:
        return seconds if self.pace == 1.0 else round(seconds * self.pace, 3)
