"""Answered calls that differ only in what became of their recording."""

from __future__ import annotations

from dataclasses import replace

from trunkline.simulator.scenarios import truths
from trunkline.simulator.scenarios.cast import BEN, CALLER, DID, UNRECORDED
from trunkline.simulator.scenarios.rows import spoke
from trunkline.simulator.scenarios.story import (
    STORED,
    ConsoleRow,
    Party,
    Placement,
    Recording,
    RecordingTruth,
    Scenario,
)

RECORDINGS = frozenset({"recording"})


def _scenario(
    name: str,
    about: str,
    number: str,
    recordings: tuple[Recording, ...],
    expected: tuple[RecordingTruth, ...],
    *,
    on_console: tuple[RecordingTruth, ...] | None = None,
    on_v18: tuple[RecordingTruth, ...] | None = None,
    console_did: str | None = DID,
    listed: bool = True,
    who: Party = BEN,
    placement: Placement = "any",
) -> Scenario:
    """Five seconds of ringing, a minute of talk; the recordings as given."""
    by = who.dn or ""
    leg = replace(spoke(0, who, ring=5.0, talk=60.0), recordings=recordings)
    seen = expected if on_console is None else on_console
    return Scenario(
        name,
        about,
        (leg,),
        truths.answered(number, wait=5.0, talk=60.0, by=by, legs=1, first=by, recordings=expected, listed=listed),
        ConsoleRow(CALLER, who, True),
        truths.console_answered(number, by=by, did=console_did, recordings=seen),
        number,
        DID,
        placement=placement,
        tags=RECORDINGS,
        recordings_on_v18=on_v18,
    )


SCENARIOS = (
    _scenario(
        "recording_with_transcript",
        "The PBX has a transcript of it.",
        "+61870101501",
        (Recording(60.0, "kept", 0.0, "Hello.\nI would like to book a table.", "Books a table.", 4),),
        (STORED,),
    ),
    _scenario(
        "recording_late",
        "The file appears a minute and a half after hang-up.",
        "+61870101502",
        (Recording(60.0, "late", late_seconds=90.0),),
        (STORED,),
    ),
    _scenario(
        "recording_purged",
        "The row names a recording that retention has deleted, from v20's list as well.",
        "+61870101503",
        (Recording(60.0, "purged"),),
        (("missing", "purged"),),
        listed=False,
        placement="beyond_retention",
    ),
    _scenario(
        "recording_html_body",
        "The download answers 200 with a web page.",
        "+61870101504",
        (Recording(60.0, "html_body"),),
        (("missing", "damaged"),),
    ),
    _scenario(
        "recording_zero_bytes",
        "The file is empty.",
        "+61870101505",
        (Recording(60.0, "zero_bytes"),),
        (("missing", "damaged"),),
    ),
    _scenario(
        "recording_truncated",
        "The file ends after a third of what its header promises.",
        "+61870101506",
        (Recording(60.0, "truncated"),),
        (("missing", "damaged"),),
    ),
    _scenario(
        "recording_archived",
        "The file was moved to the PBX's archive, as a list says; v18's XAPI has none, and only the file is gone.",
        "+61870101507",
        (Recording(60.0, "archived"),),
        (("missing", "archived"),),
        on_v18=(("missing", "purged"),),
    ),
    _scenario(
        "recording_unlisted",
        "The row names it and it can be fetched, only the list leaves it out; a console has nothing but the list.",
        "+61870101508",
        (Recording(60.0, "unlisted"),),
        (STORED,),
        on_console=(("missing", "not_recorded"),),
        console_did=None,
        listed=False,
    ),
    _scenario(
        "not_recorded",
        "The extension records, but this call was not recorded.",
        "+61870101509",
        (),
        (("missing", "not_recorded"),),
        console_did=None,
        listed=False,
    ),
    _scenario(
        "not_recorded_by_policy",
        "The extension's recording switch is off; a console does not show the switch.",
        "+61870101510",
        (),
        (("missing", "policy"),),
        on_console=(("missing", "not_recorded"),),
        console_did=None,
        listed=False,
        who=UNRECORDED,
    ),
    _scenario(
        "two_recordings_of_one_leg",
        "Both sides of the leg were recorded.",
        "+61870101511",
        (Recording(60.0), Recording(60.0)),
        (STORED, STORED),
    ),
)
