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
XSRF_COOKIE = "XSRF-TOKEN"
ADMINISTRATORS = ("system_owners", "system_admins")


@dataclass
class Sessions:
    """The one live token of an API client, and the console's cookies."""

    token: str | None = None
    token_expires_at: float = 0.0
    cookies: dict[str, float] = field(default_factory=dict)
    failures: int = 0
    is_black_listed: bool = False
    answered: int = 0
    """How many requests the live token has been good for."""
    _serial: itertools.count[int] = field(default_factory=itertools.count, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def mint(
        self,
        ttl_seconds: float,
        login: str,
        *,
        can_report: bool,
        max_role: str = "system_owners",
        skew_seconds: float = 0.0,
    ) -> str:
        """A new token; the one before is worth nothing from now on (v20 reference §2.2).

        Its claims say what the login may do (§2.4), and when by the PBX's own clock.
        """
        with self._lock:
            now = time.time()
            claims = {
                "unique_name": login,
                "role": _capabilities(max_role, can_report=can_report),
                "MaxRole": max_role,
                "aud": "simulated",
                "iss": "simulated",
                "iat": int(now + skew_seconds),
                "exp": int(now + ttl_seconds + skew_seconds),
                "nonce": next(self._serial),
            }
            parts = ({"alg": "ES256", "typ": "JWT"}, claims)
            encoded = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts]
            self.token = ".".join([*encoded, "not-a-signature"])
            self.token_expires_at = now + ttl_seconds
            self.answered = 0
            return self.token

    def count_answer(self) -> int:
        """Counts a request with the live token; returns how many it has been good for."""
        with self._lock:
            self.answered += 1
            return self.answered

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


def xsrf_of(cookie: str) -> str:
    """What a session must echo, where a console wants that (v18 reference §1.1)."""
    return f"echo-of-{cookie}"


def _capabilities(max_role: str, *, can_report: bool) -> list[str]:
    found = ["MyUser", "Local"]
    if max_role in ADMINISTRATORS:
        found.append("PhoneSystemAdmin")
    if can_report:
        found.append("Reports")
    if max_role == "system_owners":
        found.append("GlobalAdmin")
    return found
