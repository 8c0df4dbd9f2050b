"""What the codes of the lake are in words: reasons, causes with the step that mends each, states.

Each is said in the language spoken when it is taken out: keep no copy of one beyond a report.
"""

from __future__ import annotations

from collections.abc import Mapping

from trunkline.reports.language import N_, Phrases, _

REASONS: Mapping[str, str] = Phrases(
    {
        "queue_abandoned": N_("gave up in a queue"),
        "no_answer": N_("rang, nobody picked up"),
        "voicemail": N_("went to voicemail"),
        "ivr_abandoned": N_("left in the menu"),
        "not_offered": N_("no phone rang (closed message)"),
        "busy": N_("line busy"),
        "rejected": N_("rejected"),
        "unclassified": N_("reason not known"),
    },
    _,
)

_CAUSES = {
    "access": (N_("no right to the recording"), N_("Give the API client the role Recording Manager in 3CX.")),
    "licence": (
        N_("licence without recording"),
        N_("Renew the 3CX licence, or choose one that includes recording."),
    ),
    "quota": (
        N_("recording storage full or stopped"),
        N_("Free or enlarge the recording quota in 3CX, then start recording again."),
    ),
    "policy": (
        N_("switched off by policy"),
        N_("If this is not wanted: switch recording on for the extension or queue in 3CX."),
    ),
    "not_recorded": (
        N_("3CX made no recording"),
        N_("Check that the extension records all calls and that nobody paused it."),
    ),
    "purged": (
        N_("deleted on the PBX before it was read"),
        N_("Keep recordings longer on the PBX, or sync more often."),
    ),
    "archived": (
        N_("moved to an archive"),
        N_("Open the archive to the API client, or keep recordings on the PBX."),
    ),
    "unreachable": (N_("PBX could not be read"), N_("It is read again on the next run.")),
    "build": (
        N_("listed, but its address fails"),
        N_("Update 3CX: this build announces recordings it does not serve."),
    ),
    "damaged": (
        N_("file cannot be played"),
        N_("Fetched again on the next run; if it stays, check the PBX's disk."),
    ),
    "mismatch": (
        N_("shorter or longer than the talk"),
        N_("Listen to one: recording may start late, pause, or stop on transfer."),
    ),
    "not_looked_at": (N_("not looked at yet"), N_("Looked for on the next run.")),
    "unreadable": (
        N_("stored, but its length cannot be read"),
        N_("Play one: the file may be of a kind that is not known here."),
    ),
    "unexplained": (
        N_("no cause found"),
        N_("Run the command doctor for this PBX and send its output to support."),
    ),
}

CAUSES: Mapping[str, tuple[str, str]] = Phrases(_CAUSES, lambda both: (_(both[0]), _(both[1])))
"""What each cause is, and the step that mends it."""

CAUSE_NAMES: Mapping[str, str] = Phrases({code: name for code, (name, _mend) in _CAUSES.items()}, _)

NOT_ELIGIBLE: Mapping[str, str] = Phrases(
    {
        "too_short": N_("talked less than 3 seconds"),
        "account_policy": N_("this account is not recorded"),
        "on_demand": N_("recorded on demand or if the caller agrees"),
        "internal": N_("internal calls are not recorded"),
        "switched_off": N_("extension or queue switched off in 3CX"),
        "changed": N_("extension or queue switched on or off that day, not recorded"),
        "pbx_policy": N_("3CX says its policy excludes it"),
        "retention": N_("older than recordings are kept"),
    },
    _,
)

STATES: Mapping[str, str] = Phrases(
    {
        "open": N_("still in time"),
        "returned": N_("called back"),
        "self_recovered": N_("got through later"),
        "never_returned": N_("not called back in time"),
    },
    _,
)
