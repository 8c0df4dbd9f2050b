"""A file on its way to the disk: hashed as it comes, and gone on with after a break where the server can."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from trunkline.adapters.blobs import full_disk_said
from trunkline.adapters.resume import Offer


class Arriving:
    """The file at `path` as far as it has come: its `size` in bytes.

    `is_cut`: its connection ended amid the body.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.is_cut = False
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self._offer = Offer()
        self._asked_from = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # what `write` could not keep cannot be kept now either
            self._file.close()

    @property
    def sha256(self) -> str:
        """Of what has come."""
        return self._digest.hexdigest()

    @property
    def has_gone_on(self) -> bool:
        """Whether the last request brought the file further, and the next one can."""
        return self._can_go_on and self.size > self._asked_from

    @property
    def _can_go_on(self) -> bool:
        return self.is_cut and self._offer.can_go_on

    @property
    def missing(self) -> str | None:
        """In words, that the connection ended before the file did; null where it did not, as far as can be told."""
        whole = self._offer.whole_bytes
        if whole not in (None, self.size):
            return f"the connection ended after {self.size} of {whole} bytes"
        return f"the connection ended after {self.size} bytes" if self.is_cut else None

    def request(self) -> dict[str, str]:
        """The headers to ask with; not compressed, for offsets and the hash are those of the file."""
        self._asked_from = self.size if self._can_go_on else 0
        onward = self._offer.request(self._asked_from) if self._asked_from else {}
        return {"Accept-Encoding": "identity", **onward}

    def accepts(self, response: httpx.Response) -> bool:
        """Whether the body is the file's, from its beginning (200) or where it broke off (206)."""
        if response.status_code == 200:
            self.start_anew()
            self._offer = Offer.of(response)
            return True
        fits = self._asked_from > 0 and response.status_code == 206 and self._offer.fits(response, self._asked_from)
        self.is_cut &= not fits
        return fits

    def start_anew(self) -> None:
        """Forgets what has come."""
        if self.size:
            self._file.seek(0)
            self._file.truncate()
        self.size = self._asked_from = 0
        self.is_cut = False
        self._digest = hashlib.sha256()
        self._offer = Offer()

    def write(self, pieces: Iterable[bytes]) -> None:
        """Adds pieces; may be called in another thread, also while this file is being closed.

        Raises:
            DiskFull: They are not all there.
        """
        with full_disk_said(str(self.path.parent)):
            for piece in pieces:
                self._file.write(piece)
                self._digest.update(piece)
                self.size += len(piece)
            self._file.flush()
