"""Whether the service is there, as `doctor` asks."""

from __future__ import annotations

import httpx

from trunkline.errors import Unreachable

HEALTH, WELL = "/health", "ok"
PATIENCE_SECONDS = 10.0


def check(url: str) -> None:
    """Asks the service where links lead to whether it is there.

    Raises:
        Unreachable: Nothing, or something else, answers there.
    """
    mend = f"start `trunkline recordings serve` there, and let the TLS proxy of {url} pass requests on to it"
    try:
        answer = httpx.get(f"{url}{HEALTH}", timeout=PATIENCE_SECONDS, trust_env=False)
    except httpx.TransportError:
        raise Unreachable("nothing answers where links to recordings lead to", where=url, mend=mend) from None
    if answer.status_code != 200 or answer.text != WELL:
        raise Unreachable(
            f"something else answers where links to recordings lead to ({answer.status_code})", where=url, mend=mend
        )
