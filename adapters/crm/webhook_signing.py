"""How an event is signed: Standard Webhooks (CRM reference §2.7)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt

import standardwebhooks

from trunkline.errors import ConfigError

_PREFIX = "whsec_"


class Signer:
    """Signs with one secret: `whsec_` and base64, as receivers give it out, or any text.

    Raises:
        ConfigError: No base64 follows `whsec_`.
    """

    def __init__(self, secret: str, where: str) -> None:
        self._webhook = standardwebhooks.Webhook(_key_of(secret, where))

    def headers(self, event_id: str, moment: dt.datetime, body: str) -> dict[str, str]:
        """The headers of one event that is sent at this moment (aware, UTC)."""
        return {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": self._webhook.sign(event_id, moment, body),
            "Idempotency-Key": event_id,
        }


def _key_of(secret: str, where: str) -> bytes:
    """The library passes over what is no base64: half a secret would sign, and no receiver take it."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ConfigError("its secret begins with whsec_, and no base64 follows", where=where, mend="copy it whole")
    return key
