"""Who gets into the simulated HubSpot, how often, and with which rights (CRM reference §2.2)."""

from __future__ import annotations

import sys
import time
from typing import Any

from trunkline.simulator.crm import hubspot_rules as rules
from trunkline.simulator.crm.front import RateLimit
from trunkline.simulator.crm.hubspot_bodies import TokenForm
from trunkline.simulator.crm.hubspot_rules import Json, Refusal

DAILY_LIMIT = 250_000


class Gate:
    """Tokens, scopes and limits. A null `token`: an OAuth app whose tokens last `token_seconds`.

    `searches`: their own limit, of which no header tells. Tests change `scopes` and `daily_left`.
    """

    def __init__(self, token: str | None, token_seconds: float, limit: RateLimit, searches: RateLimit) -> None:
        self.is_app, self.token_seconds, self.refreshes = token is None, token_seconds, 0
        self.tokens: dict[str, float] = {token: sys.maxsize} if token else {}
        self.limit, self.searches, self.daily_left = limit, searches, DAILY_LIMIT
        self.scopes = {rules.READ, rules.WRITE}

    def end_tokens(self) -> None:
        """Every access token given so far ends now."""
        self.tokens = dict.fromkeys(self.tokens, 0.0)

    def admit(self, authorization: str, scope: str) -> None:
        """Checks the bearer (401) and the scope (403)."""
        ends_at = self.tokens.get(authorization.removeprefix("Bearer "))
        if not authorization.startswith("Bearer ") or ends_at is None or ends_at < time.monotonic():
            category = "INVALID_AUTHENTICATION" if ends_at is None else "EXPIRED_AUTHENTICATION"
            raise Refusal(401, category, "Authentication credentials not found or expired.")
        if scope not in self.scopes:
            words = "This app hasn't been granted all required scopes to make this call."
            missing = {"context": {"requiredGranularScopes": [scope]}, "message": "Some scopes are required."}
            raise Refusal(403, "MISSING_SCOPES", words, errors=[missing])

    def count(self, *, is_search: bool) -> None:
        """Counts a request. 429 with the policy that it is too many for."""
        if self.daily_left <= 0:
            raise _too_many("DAILY", "daily")
        self.daily_left -= 1
        if is_search and not self.searches.allows():
            raise _too_many("SECONDLY", "secondly")
        if not is_search and not self.limit.allows():
            raise _too_many("TEN_SECONDLY_ROLLING", "ten_secondly_rolling")

    def limit_headers(self) -> dict[str, str]:
        """The limits as every answer but a search's tells them; those of the day not to apps."""
        daily = {"Daily": str(DAILY_LIMIT), "Daily-Remaining": str(self.daily_left)}
        told = {
            "Max": str(self.limit.most),
            "Remaining": str(self.limit.remaining),
            "Interval-Milliseconds": str(int(self.limit.interval_seconds * 1000)),
            **({} if self.is_app else daily),
        }
        return {f"X-HubSpot-RateLimit-{name}": value for name, value in told.items()}

    def renew(self, form: TokenForm) -> Json:
        """A new access token; HubSpot's refresh tokens stay as they are."""
        if (form.client_id, form.client_secret, form.refresh_token) != ("app-1", "app-secret", "refresh-1"):
            raise Refusal(400, "VALIDATION_ERROR", "missing or invalid refresh token", error="invalid_grant")
        self.refreshes += 1
        token = f"access-{self.refreshes}"
        self.tokens[token] = time.monotonic() + self.token_seconds
        lasts = {"expires_in": int(self.token_seconds), "token_type": "bearer"}
        return {"access_token": token, "refresh_token": form.refresh_token, **lasts, "scopes": sorted(self.scopes)}


def _too_many(policy: str, word: str) -> Refusal:
    """As HubSpot says it; without a time to come back."""
    more: dict[str, Any] = {"errorType": "RATE_LIMIT", "policyName": policy, "groupName": "publicapi"}
    return Refusal(429, "RATE_LIMITS", f"You have reached your {word} limit.", **more)
