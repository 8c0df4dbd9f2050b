"""Sign-ins of a simulated Zoho: access tokens for an hour, from a refresh token that stays.

Token validity (v8), Kaizen 43: 10 access tokens in 10 minutes and 15 at once from one refresh token; what is refused
is said with status 200.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MOST_AT_ONCE, MOST_IN_INTERVAL, INTERVAL_SECONDS = 15, 10, 600.0


@dataclass
class Accounts:
    """The accounts server of the organisation's region. `refreshes`: when access tokens were given."""

    client_id: str = "1000.SIMULATED"
    client_secret: str = "app-secret"  # noqa: S105 - opens nothing but this simulator
    refresh_token: str = "1000.refresh"  # noqa: S105 - the same
    lasts_seconds: float = 3600
    most_in_interval: int = MOST_IN_INTERVAL
    refreshes: list[float] = field(default_factory=list)
    _access: dict[str, float] = field(default_factory=dict)

    def admits(self, header: str) -> bool:
        """Whether this opens the organisation now. `Bearer` does not."""
        scheme, _, token = header.partition(" ")
        return scheme == "Zoho-oauthtoken" and time.monotonic() < self._access.get(token, 0.0)

    def give(self) -> str:
        """A new access token; the oldest of 16 ends."""
        token = f"1000.{secrets.token_hex(16)}"
        self._access[token] = time.monotonic() + self.lasts_seconds
        for old in list(self._access)[:-MOST_AT_ONCE]:
            del self._access[old]
        return token

    def end_tokens(self) -> None:
        """Every access token is over."""
        self._access.clear()

    async def token(self, request: Request) -> Response:
        """`POST /oauth/v2/token`."""
        is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        form = dict(parse_qsl((await request.body()).decode())) if is_form else {}
        now = time.monotonic()
        if form.get("client_id") != self.client_id:
            return JSONResponse({"error": "invalid_client"})
        if form.get("client_secret") != self.client_secret:
            return JSONResponse({"error": "invalid_client_secret"})
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh_token:
            return JSONResponse({"error": "invalid_code"})
        if sum(now - at < INTERVAL_SECONDS for at in self.refreshes) >= self.most_in_interval:
            words = "You have made too many requests continuously. Please try again after some time."
            return JSONResponse({"error": "Access Denied", "error_description": words, "status": "failure"})
        self.refreshes.append(now)
        place = str(request.base_url).rstrip("/")
        return JSONResponse(
            {"access_token": self.give(), "api_domain": place, "token_type": "Bearer", "expires_in": self.lasts_seconds}
        )
