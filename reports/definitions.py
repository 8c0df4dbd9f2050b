"""The definitions with the thresholds used, printed at the foot of every report (README, Definitions)."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.config import Account
from trunkline.reports import formats, words
from trunkline.reports.language import _, ngettext

Terms = tuple[tuple[str, str], ...]


def thresholds(accounts: Sequence[Account]) -> tuple[str, str]:
    """How short an abandon is, and how soon is in time; "as set per account" where accounts differ."""
    seconds = {_seconds(one.missed.short_abandon_seconds) for one in accounts}
    allowed = {words.within(one.missed.callback_within) for one in accounts}
    return (
        seconds.pop() if len(seconds) == 1 else _("the seconds set for the account"),
        allowed.pop() if len(allowed) == 1 else _("the time set for the account"),
    )


def _seconds(seconds: float) -> str:
    return ngettext("%(num)s second", "%(num)s seconds", 1 if seconds == 1 else 2, num=formats.plain(seconds))


def terms(accounts: Sequence[Account]) -> Terms:
    """Term and meaning, in the order in which the figures come."""
    short, allowed = thresholds(accounts)
    return (*_of_calls(short, allowed), *_of_recordings())


def _of_calls(short: str, allowed: str) -> Terms:
    return (
        (
            _("Missed"),
            _(
                "a call from outside in which no person spoke to the caller; a queue, menu, voicemail or fax is "
                "no person. One call counts once, whatever its legs."
            ),
        ),
        (
            _("Missed-call rate"),
            _(
                "missed / offered, both without short abandons: callers who hung up by themselves after less than "
                "%(short)s. The rate with them is beside it; among the callers they count.",
                short=short,
            ),
        ),
        (
            _("Never called back"),
            _(
                "a caller with a number who was missed in the period, whom nobody called within %(within)s of the "
                "first try, and who did not get through. A call out counts whether or not it was connected. A "
                "caller who was spoken to and is missed again counts again. While that time runs the caller is "
                "still in time; where a PBX was not read, it is not known.",
                within=allowed,
            ),
        ),
        (
            _("Call back now"),
            _(
                "missed, not reached since, and not called since the last try; late calls take a caller off this "
                "list, not out of the figure."
            ),
        ),
        (
            _("First-time caller"),
            _(
                "no earlier call with this account in the lake; of callers whose calls are all removed nothing is "
                "known."
            ),
        ),
    )


def _of_recordings() -> Terms:
    return (
        (
            _("Recording coverage"),
            _(
                "calls with a verified recording / calls of at least 3 seconds of talk that policy says to "
                "record, without those that are pending or not known. Verified: it can be decoded and is as long "
                "as the talk, within 5 seconds or 5%%; where agents pause the recording on purpose, it may be shorter."
            ),
        ),
        (
            _("Not known"),
            _(
                "nobody could look for the recording: its PBX was not read, or the right to it is missing. Such a "
                "call is neither covered nor missing."
            ),
        ),
        (
            _("Pending"),
            _("ended less than 60 minutes before the data ends, or not final on the PBX: never counted as missing."),
        ),
        (
            _("The period before"),
            _(
                "judged at the same age as this one, so that its callers had no longer to be called back; "
                "compared only where both were read in full."
            ),
        ),
    )
