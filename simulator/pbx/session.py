"""Who is signed in at a simulated PBX."""

from __future__ import annotations

import base64
import itertools
import json
import threading
import time
from dataclasses import dataclass, field

LOGIN_FAILURES_ALLOWED = 3
"""More wrong logins than this and the caller is black-listed (v18 reference §8.1)."""


@dataclass
class Sessions:
    """The one live token of an API client, and the console's cookies."""

    token: str | None = None
    token_expires_at: float = 0.0
    cookies: dict[str, float] = field(default_factory=dict)
    failures: int = 0
    is_black_listed: bool = False
    _serial: itertools.count[int] = field(default_factory=itertools.count, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def mint(self, ttl_seconds: float, login: str, *, can_report: bool) -> str:
        """A new token; the one before is worth nothing from now on (v20 reference §2.2)."""
        with self._lock:
            expires_at = time.time() + ttl_seconds
            claims = {
                "unique_name": login,
                "role": ["MyUser", "Local", "PhoneSystemAdmin", *(["Reports", "GlobalAdmin"] if can_report else [])],
                "MaxRole": "system_owners" if can_report else "system_admins",
                "aud": "simulated",
                "iss": "simulated",
                "exp": int(expires_at),
                "nonce": next(self._serial),
            }
            parts = ({"alg": "ES256", "typ": "JWT"}, claims)
            encoded = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts]
            self.token = ".".join([*encoded, "not-a-signature"])
            self.token_expires_at = expires_at
            return self.token

    def token_is_good(self, authorization: str) -> bool:
        """Whether a request's `Authorization` header carries the live token."""
        return authorization == f"Bearer {self.token}" and time.time() < self.token_expires_at

    def open(self, seconds: float) -> str:
        """A new console cookie."""
        with self._lock:
            cookie = f"simulated-session-{next(self._serial)}"
            self.cookies[cookie] = time.time() + seconds
            return cookie

    def refuse(self) -> None:
        """Counts a wrong login; after too many the caller gets no answer but 403."""
        with self._lock:
            self.failures += 1
            self.is_black_listed = self.failures > LOGIN_FAILURES_ALLOWED

    def expire(self) -> None:
        """Ends every session now, as a restart or another consumer of the same client does."""
        with self._lock:
            self.token = None
            self.cookies = dict.fromkeys(self.cookies, 0.0)
