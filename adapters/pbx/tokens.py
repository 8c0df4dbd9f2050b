"""Bearer tokens: the header that carries one, and what it says of itself."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

MINUTE_MARK = 120  # a smaller `expires_in` may be minutes: read as seconds, it only means more renewals (v20 §2.1)


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def payload(token: str) -> dict[str, Any]:
    """A JWT's claims, unverified; empty if it is none."""
    try:
        body = token.split(".")[1]
        return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    except (IndexError, ValueError, TypeError):
        return {}


def expires_at(answer: dict[str, Any]) -> float:
    """The token's own `exp`, else `expires_in` as seconds: it was minutes before 20.0.9 (v20 reference §2.1)."""
    stated = payload(str(answer.get("access_token", ""))).get("exp")
    return float(stated) if stated else time.time() + float(answer.get("expires_in") or MINUTE_MARK)
