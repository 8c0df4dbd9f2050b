"""Going on with a body that broke off (RFC 9110 §13.1.5, §14): only where the server has shown that it can."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

_PART = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True)
class Offer:
    """What a server's answer of 200 says of its body.

    `whole_bytes`: its length, null where it is not told. `validator`: what `If-Range` compares, empty where there is
    nothing to compare.
    """

    can_go_on: bool = False
    whole_bytes: int | None = None
    validator: str = ""

    @classmethod
    def of(cls, response: httpx.Response) -> Offer:
        """Read off the headers; a compressed body has other offsets than what is made of it."""
        headers, is_plain = response.headers, _is_plain(response)
        length, tag = headers.get("content-length", ""), headers.get("etag", "")
        return cls(
            can_go_on=is_plain and headers.get("accept-ranges", "").lower() == "bytes",
            whole_bytes=int(length) if is_plain and length.isdecimal() else None,
            validator=tag if tag.startswith('"') else headers.get("last-modified", ""),
        )

    def request(self, size: int) -> dict[str, str]:
        """The headers that ask for what comes after the first `size` bytes."""
        compared = {"If-Range": self.validator} if self.validator else {}
        return {"Range": f"bytes={size}-", **compared}

    def fits(self, response: httpx.Response, size: int) -> bool:
        """Whether an answer of 206 goes on after the first `size` bytes of this very body, to its end."""
        part = _PART.fullmatch(response.headers.get("content-range", ""))
        if part is None or int(part[1]) != size or not _is_plain(response):
            return False
        whole = None if part[3] == "*" else int(part[3])
        ends_at = int(part[2]) + 1
        return whole in (None, ends_at) and self.whole_bytes in (None, ends_at)


def _is_plain(response: httpx.Response) -> bool:
    return str(response.headers.get("content-encoding", "identity")).lower() == "identity"
