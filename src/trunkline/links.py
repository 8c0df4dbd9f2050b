"""Signed links to stored recordings: whoever holds one may play that recording until the link expires.

A token holds the account's id, the key below that account and the time of expiry, signed with HMAC-SHA-256; nothing
of the caller. It is no secret what it holds: it can be read, and not changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from trunkline.errors import TrunklineError
from trunkline.keys import belongs_to

PATH = "/r/"
LONGEST_TOKEN = 1000
_SALT = "trunkline.recordings.1"


class LinkForged(TrunklineError):
    """A token that this secret did not sign."""

    code = "link_forged"


class LinkExpired(TrunklineError):
    """A token whose time is over; `link` is what it was for."""

    code = "link_expired"

    def __init__(self, link: Link) -> None:
        super().__init__("this link has expired", mend="ask for a new one")
        self.link = link


@dataclass(frozen=True)
class Link:
    """What a link is for: the recording `key` of an account, until `expires_at`."""

    account_id: str
    key: str
    expires_at: dt.datetime


class Links:
    """Makes and reads the links of one service. `url`: where it is reached; `days`: how long a link is valid."""

    def __init__(self, url: str, secret: str, days: int) -> None:
        self.url, self.days = url, days
        signer = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializer = URLSafeSerializer(secret, salt=_SALT, signer_kwargs=signer)

    def expiry(self, now: dt.datetime) -> dt.datetime:
        """When a link that is made now ends, to the second."""
        return now.replace(microsecond=0) + dt.timedelta(days=self.days)

    def to(self, account_id: str, key: str, now: dt.datetime) -> str:
        """A link to a recording, valid for `days` from `now` on; the same `now` gives the same link.

        Raises:
            ValueError: The key is none of the account's.
        """
        if not belongs_to(key, account_id):
            raise ValueError(f"{key!r} is no key of account {account_id}")
        expires_at = int(self.expiry(now).timestamp())
        token = self._serializer.dumps([account_id, key.removeprefix(f"{account_id}/"), expires_at])
        return f"{self.url}{PATH}{token}"

    def read(self, token: str, now: dt.datetime) -> Link:
        """What a token is for.

        Raises:
            LinkForged: It is not whole, or another secret signed it.
            LinkExpired: Its time is over.
        """
        link = self._signed(token)
        if now >= link.expires_at:
            raise LinkExpired(link)
        return link

    def _signed(self, token: str) -> Link:
        forged = LinkForged("no such link", mend="use the link as it was given, whole")
        if len(token) > LONGEST_TOKEN:
            raise forged
        try:
            account_id, rest, expires_at = self._serializer.loads(token)
            link = Link(account_id, f"{account_id}/{rest}", dt.datetime.fromtimestamp(expires_at, dt.UTC))
        except (BadData, TypeError, ValueError, OverflowError, OSError):
            raise forged from None
        if not belongs_to(link.key, account_id):  # signed by us once, and yet: no key leads out of its account
            raise forged
        return link
