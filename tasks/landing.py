"""The landing area's files by their names: account, PBX, window, when landed, and a mark of the content."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from trunkline.adapters.blobs import Blob, Blobs
from trunkline.tasks.work import Site
from trunkline.windows import Window, merged, missing

# Names of trunkline 0.1.0 lack the time of landing.
_NAME = re.compile(r"(\d{4}/\d\d/\d\d/\d{6})-(\d\d)T(\d{6})-(?:(\d{8}T\d{12})Z-)?([0-9a-f]+)(-silent)?\.jsonl\.zst$")
_SUFFIX = ".jsonl.zst"
_DAY_AND_TIME = "%Y/%m/%d/%H%M%S"
_LANDED_AT = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True)
class LandedFile:
    """A landing file by its name: `window` to the second, `mark` a hash of what matters of its content as received.

    `is_silent`: its transcripts were taken out since.
    """

    key: str
    window: Window
    landed_at: dt.datetime
    mark: str
    is_silent: bool = False

    @classmethod
    def of(cls, blob: Blob) -> LandedFile | None:
        """Null for what is no landing file. One without a time in its name was landed when it was written."""
        if not (found := _NAME.search(blob.key)):
            return None
        first, day, clock, landed_at, mark, silent = found.groups()
        try:
            since = _utc(first, _DAY_AND_TIME)
            last_day = next(one for one in (since + dt.timedelta(days=n) for n in range(31)) if one.day == int(day))
            until = _utc(f"{last_day:%Y/%m/%d}/{clock}", _DAY_AND_TIME)
            at = _utc(landed_at, _LANDED_AT) if landed_at else blob.written_at
        except (ValueError, StopIteration):
            return None
        return cls(blob.key, Window(since, until), at, mark, silent is not None)

    @property
    def silent_key(self) -> str:
        """Its name once its transcripts are taken out, which says when it was landed in any case."""
        head = self.key.removesuffix(f"{self.mark}{_SUFFIX}")
        at = "" if head.endswith("Z-") else f"{self.landed_at.astimezone(dt.UTC):{_LANDED_AT}}Z-"
        return f"{head}{at}{self.mark}-silent{_SUFFIX}"

    def is_before(self, line: dt.datetime) -> bool:
        """Whether all of its window is."""
        return _whole_of(self).until <= line

    def touches(self, window: Window) -> bool:
        """Whether both have some time in common."""
        return self.window.since < window.until and window.since < self.window.until


def _utc(text: str, pattern: str) -> dt.datetime:
    return dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC)


def key_of(site: Site, window: Window, landed_at: dt.datetime, mark: str) -> str:
    """A landing file's name."""
    span = f"{window.since:%H%M%S}-{window.until:%dT%H%M%S}"
    return f"{_day_of(site, window)}/{span}-{landed_at.astimezone(dt.UTC):{_LANDED_AT}}Z-{mark}{_SUFFIX}"


async def newest(landing: Blobs, site: Site, window: Window) -> LandedFile | None:
    """The file that was landed last of any window of the same day that has time in common with this one."""
    files = [one for one in await _files(landing, _day_of(site, window)) if one.touches(window)]
    return files[-1] if files else None


async def files_of(landing: Blobs, site: Site) -> list[LandedFile]:
    """All files of a PBX, in the order in which they were landed."""
    return await _files(landing, f"{site.account.id}/{site.pbx.id}")


async def files_of_account(landing: Blobs, account_id: str) -> list[LandedFile]:
    """All files of an account, also of PBXs that have left the config."""
    return await _files(landing, account_id)


def _day_of(site: Site, window: Window) -> str:
    return f"{site.account.id}/{site.pbx.id}/{window.since:%Y/%m/%d}"


async def _files(landing: Blobs, folder: str) -> list[LandedFile]:
    found = [file for blob in await landing.list(folder) if (file := LandedFile.of(blob))]
    return sorted(found, key=lambda one: (one.landed_at, one.key))


def covered(whole: Iterable[tuple[Window, dt.datetime]], broken: Iterable[LandedFile]) -> list[Window]:
    """The time that can be built anew: that of files that could be read (`whole`, each with when it was landed).

    Left out is what a broken file told of, unless a later one tells of it again.
    """
    whole = list(whole)
    lost = [
        gap for one in broken for gap in missing(_whole_of(one), (window for window, at in whole if at > one.landed_at))
    ]
    return [part for span in merged(window for window, _at in whole) for part in missing(span, lost)]


def _whole_of(file: LandedFile) -> Window:
    """Its window, whose end the name cuts to the second."""
    return Window(file.window.since, file.window.until + dt.timedelta(seconds=1))
