"""What can go wrong, grouped by what to do about it.

TrunklineError                 says what happened, where, and the step that mends it
├── ConfigError                stop: nothing was touched (exit status 2)
│   └── SpanError              stop: a time or period that cannot be read
├── LakeError                  stop: the store cannot be used
│   └── LakeLocked             another process is writing; try again
├── StorageError               stop this step: where recordings or landing files are kept does not work
└── RemoteError                skip this one system, go on with the others, try again next run
    ├── Unreachable            nothing answered, or what answered is not the system expected
    ├── BadCredentials         refused; not tried again until they change (contract §5.7)
    ├── SignInsPaused          not tried: others were refused of late, or a sign-in elsewhere does not end
    ├── SignInFailed           no refusal, but no sign-in either: it is in trouble, and tried again next run
    ├── TokenSuperseded        another system signs in as the same client, and ends our sign-in
    ├── Forbidden              signed in, but a right is missing
    ├── NotThere               this build has no such address
    ├── Unsupported            the version is below the floor
    ├── OutOfReach             the PBX no longer tells of that time; asking again is of no use
    └── BadAnswer              an answer that cannot be trusted: HTML for JSON, another day's rows
"""

from __future__ import annotations


class TrunklineError(Exception):
    """What happened, where (account, PBX, window) and the one step that mends it."""

    code = "error"

    def __init__(self, message: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(message)
        self.message, self.where, self.mend = message, where, mend

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head} — {self.mend}" if self.mend else head


class ConfigError(TrunklineError):
    """The configuration cannot be used; nothing was touched."""

    code = "config"


class SpanError(ConfigError):
    """A time, span or period that cannot be read."""

    code = "span"


class LakeError(TrunklineError):
    """The lake cannot be opened or written."""

    code = "lake"


class LakeLocked(LakeError):
    """Another process is writing to the lake."""

    code = "lake_locked"


class DiskFull(TrunklineError):
    """No space left where recordings or landing files are kept; nothing half-written stays under a final name."""

    code = "disk_full"


class StorageError(TrunklineError):
    """Where recordings or landing files are kept does not answer, refuses, or is not there; what was kept stays."""

    code = "storage"


class RemoteError(TrunklineError):
    """One PBX, CRM or mail server fails; the others go on."""

    code = "system"


class Unreachable(RemoteError):
    """Nothing answered within the time allowed."""

    code = "unreachable"


class BadCredentials(RemoteError):
    """The credentials were refused; they are not tried again until they change (contract §5.7)."""

    code = "bad_credentials"


class SignInsPaused(RemoteError):
    """Not signed in to, lest 3CX black-list us: other PBXs refused of late, or another sign-in does not end."""

    code = "sign_ins_paused"


class SignInFailed(RemoteError):
    """The answer to a sign-in says nothing of the credentials: the system is in trouble."""

    code = "sign_in_failed"


class TokenSuperseded(RemoteError):
    """Another system signs in as the same client, which ends our sign-in."""

    code = "token_superseded"


class Forbidden(RemoteError):
    """Signed in, but a right is missing."""

    code = "forbidden"


class NotThere(RemoteError):
    """This system has no such address."""

    code = "not_there"


class Unsupported(RemoteError):
    """The PBX runs a version below the floor."""

    code = "unsupported"


class OutOfReach(RemoteError):
    """The PBX no longer tells of the time asked for."""

    code = "out_of_reach"


class BadAnswer(RemoteError):
    """An answer that cannot be trusted or read."""

    code = "bad_answer"
