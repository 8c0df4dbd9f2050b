"""Spans of time, cut where the calls before are no longer kept: those are neither read nor read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trunkline.config import Account
from trunkline.retention import kept_part
from trunkline.tasks.purge import kept_since
from trunkline.tasks.work import Work
from trunkline.windows import Window


@dataclass(frozen=True)
class Kept:
    """What of a span may be read of an account: all of it, the part from the line on, or nothing (null)."""

    account: Account
    span: Window
    part: Window | None

    @classmethod
    def of(cls, work: Work, account: Account, span: Window) -> Kept:
        """The part that retention leaves now."""
        return cls(account, span, kept_part(span, kept_since(work, account)))

    @property
    def beyond(self) -> Window | None:
        """The part that is not read."""
        until = self.part.since if self.part else self.span.until
        return Window(self.span.since, until) if self.span.since < until else None

    @property
    def remark(self) -> str | None:
        """Words for what is not read; null where all is."""
        if not self.beyond:
            return None
        return (
            f"account {self.account.id}: calls before {self.beyond.until:%Y-%m-%dT%H:%M:%SZ} are not read: retention "
            "keeps none so old, or has removed them"
        )


def remarks(work: Work, accounts: Iterable[Account], span: Window) -> list[str]:
    """What is not read of a span, account by account."""
    found = (Kept.of(work, account, span).remark for account in accounts)
    return [one for one in found if one]
