"""Sign-ins of a simulated HighLevel app: tokens that end, refresh tokens for one use, a location that is suspended.

CRM reference §2.1; official document, 2026-06-19.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LASTS_SECONDS = 86_399
OAUTH_VERSION = "2021-07-28"


@dataclass
class App:
    """An installed app: of one location, or with `company_id` of the agency, which asks for a location's tokens.

    `lasts_seconds`: of each access token. `is_suspended`: the location is paused. `used`: spent refresh tokens.
    """

    location_id: str
    client_id: str = "app-1"
    client_secret: str = "app-secret"  # noqa: S105 - opens nothing but this simulator
    company_id: str | None = None
    refresh_token: str = "refresh-0"  # noqa: S105 - the same
    lasts_seconds: float = LASTS_SECONDS
    is_suspended: bool = False
    used: list[str] = field(default_factory=list)
    _access: dict[str, tuple[str, float]] = field(default_factory=dict)

    def admits(self, bearer: str) -> bool:
        """Whether this opens the location now."""
        return self._holds(bearer, "location")

    def end_tokens(self) -> None:
        """Every access token is over."""
        self._access.clear()

    def routes(self) -> list[Route]:
        """Where tokens are given out."""
        return [
            Route("/oauth/token", self._token, methods=["POST"]),
            Route("/oauth/locationToken", self._location_token, methods=["POST"]),
        ]

    def _holds(self, bearer: str, whose: str) -> bool:
        kind, ends_at = self._access.get(bearer.removeprefix("Bearer "), ("", 0.0))
        return kind == whose and time.monotonic() < ends_at

    def _give(self, whose: str) -> dict[str, object]:
        token = secrets.token_hex(8)
        self._access[token] = whose, time.monotonic() + self.lasts_seconds
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.lasts_seconds}

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        if form is None:
            return _refused(422, "the body should be a form")
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return _refused(401, "Invalid client credentials", "invalid_client")
        wanted = "Company" if self.company_id else "Location"
        if form.get("grant_type") != "refresh_token" or form.get("user_type") != wanted:
            return _refused(422, "grant_type or user_type is wrong")
        if self.is_suspended and not self.company_id:
            return _refused(400, "Location is not active")
        if form.get("refresh_token") != self.refresh_token:
            return _refused(400, "This refresh token is invalid, expired, or has already been used", "invalid_grant")
        self.used.append(self.refresh_token)
        self.refresh_token = f"refresh-{len(self.used)}"
        body = self._give("company" if self.company_id else "location")
        return JSONResponse({**body, "refresh_token": self.refresh_token, "userType": wanted})

    async def _location_token(self, request: Request) -> Response:
        form = await _form(request)
        if form is None or request.headers.get("version") != OAUTH_VERSION:
            return _refused(422, "a form and the header Version are due")
        if not self._holds(request.headers.get("authorization", ""), "company"):
            return _refused(401, "Invalid JWT")
        if (form.get("companyId"), form.get("locationId")) != (self.company_id, self.location_id):
            return _refused(400, "The app is not installed in this location")
        if self.is_suspended:
            return _refused(400, "Location is not active")
        return JSONResponse({**self._give("location"), "locationId": self.location_id}, 201)


async def _form(request: Request) -> dict[str, str] | None:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    return dict(parse_qsl((await request.body()).decode()))


def _refused(status: int, message: str, error: str = "") -> Response:
    return JSONResponse({"statusCode": status, "message": message, **({"error": error} if error else {})}, status)
