"""What a strict receiver takes: the headers of Standard Webhooks, and bodies as docs/webhook.md says, no field more."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

TOLERANCE_SECONDS = 300
_OUTCOMES = {"inbound": {"answered", "missed"}, "outbound": {"connected", "not_connected"}}
_NOT_COMPARED = {"url"}


def _moment(text: str) -> str:
    dt.datetime.fromisoformat(text)
    return text


Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$"), AfterValidator(_moment)]
Number = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]
Text = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(ge=0)]
Reason = Literal[
    "voicemail", "queue_abandoned", "no_answer", "ivr_abandoned", "not_offered", "busy", "rejected", "unclassified"
]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Call(_Strict):
    call_id: Text
    started_at: Moment
    ended_at: Moment | None
    direction: Literal["inbound", "outbound"]
    outcome: Literal["answered", "missed", "connected", "not_connected"]
    miss_reason: Reason | None
    external_number: Number
    external_name: Text | None
    did: Text | None
    agent: Text | None
    queue: Text | None
    wait_seconds: Seconds | None
    talk_seconds: Seconds | None
    text: Text

    @model_validator(mode="after")
    def _fits(self) -> _Call:
        if self.outcome not in _OUTCOMES[self.direction]:
            raise ValueError(f"no {self.direction} call is {self.outcome}")
        if self.miss_reason and self.outcome != "missed":
            raise ValueError("only a missed call has a reason")
        return self


class _Audio(_Strict):
    media_type: Text
    url: Annotated[str, Field(pattern=r"^https?://\S+$")]


class _Recordings(_Strict):
    call_id: Text
    recordings: Annotated[list[_Audio], Field(min_length=1)]


class _Transcript(_Strict):
    call_id: Text
    text: Text


class _MissedCall(_Strict):
    episode_id: Text
    external_number: Number
    title: Text
    text: Text
    due_at: Moment
    closed_at: Moment | None


class _Event(_Strict):
    version: Literal["trunkline.call.1"] = Field(alias="schema")
    timestamp: Moment


class _CallEvent(_Event):
    type: Literal["call.logged", "call.updated"]
    data: _Call


class _RecordingsEvent(_Event):
    type: Literal["call.recordings"]
    data: _Recordings


class _TranscriptEvent(_Event):
    type: Literal["call.transcript"]
    data: _Transcript


class _MissedCallEvent(_Event):
    type: Literal["missed_call.open", "missed_call.closed"]
    data: _MissedCall

    @model_validator(mode="after")
    def _fits(self) -> _MissedCallEvent:
        if (self.data.closed_at is None) != (self.type == "missed_call.open"):
            raise ValueError("one that is closed has closed_at, and no other")
        return self


_EVENT: TypeAdapter[Any] = TypeAdapter(
    Annotated[_CallEvent | _RecordingsEvent | _TranscriptEvent | _MissedCallEvent, Field(discriminator="type")]
)


def not_valid(body: bytes) -> str | None:
    """What is wrong with a body; null if nothing is."""
    try:
        _EVENT.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return None


def not_signed(headers: Mapping[str, str], body: bytes, secret: str) -> str | None:
    """What is wrong with the headers; null if nothing is."""
    event_id, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not event_id or "." in event_id or not moment.isdigit():
        return "webhook-id or webhook-timestamp is missing"
    if abs(time.time() - int(moment)) > TOLERANCE_SECONDS:
        return "webhook-timestamp is too far from now"
    digest = hmac.new(key_of(secret), f"{event_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    for one in headers.get("webhook-signature", "").split():
        version, _, said = one.partition(",")
        if version == "v1" and hmac.compare_digest(digest, _decoded(said)):
            return None
    return "no signature fits"


def key_of(secret: str) -> bytes:
    """The bytes of a secret: of the base64 after `whsec_`, or of the text."""
    return base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()


def without_links(event: Any) -> Any:
    """What must be the same in a repeat: all but the links, which end later when they are made later."""
    if isinstance(event, dict):
        return {name: without_links(value) for name, value in event.items() if name not in _NOT_COMPARED}
    return [without_links(one) for one in event] if isinstance(event, list) else event


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
