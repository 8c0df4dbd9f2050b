"""Where a call's recordings are played: on the full page alone, since a link in a mail plays without a sign-in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trunkline.config import Account
from trunkline.keys import belongs_to
from trunkline.links import Links
from trunkline.reports import words
from trunkline.reports.language import _
from trunkline.reports.sql import Row


@dataclass(frozen=True)
class Play:
    """The links to one call's recordings, in their order; a cell of a table that a page prints as it is."""

    urls: tuple[str, ...]

    def __html__(self) -> str:
        """Small links in a tab of their own; the page they are on is told to nobody."""
        several = [_("play %(number)s", number=number) for number in range(1, len(self.urls) + 1)]
        names = several if len(self.urls) > 1 else [_("play")]
        link = Markup('<a href="{}" rel="noreferrer" target="_blank">{}</a>')
        return Markup(" ").join(link.format(url, name) for url, name in zip(self.urls, names, strict=True))


@dataclass(frozen=True)
class Plays:
    """By call id, for calls that have a stored recording; `until`: how long they play, as the page says it."""

    by_call: Mapping[str, Play]
    until: str


def plays(links: Links | None, account: Account, rows: Sequence[Row], now: dt.datetime) -> Plays:
    """The links of a report made at `now`; none where the config has no [links]."""
    if links is None:
        return Plays({}, "")
    found = {row["call_id"]: _play(links, account, row["recording_paths"] or (), now) for row in rows}
    end = words.moment(words.at(links.expiry(now), account.timezone))
    return Plays(
        {call_id: play for call_id, play in found.items() if play.urls}, _("Each link plays until %(when)s.", when=end)
    )


def _play(links: Links, account: Account, paths: Sequence[str], now: dt.datetime) -> Play:
    return Play(tuple(links.to(account.id, path, now) for path in paths if belongs_to(path, account.id)))
