"""What Pipedrive takes, by its official documents and where the service differs from them (CRM reference §2.5, §5.3).

Call logs' times are `YYYY-MM-DD HH:MM:SS`, as the service's pages say, not the document's RFC 3339. A person's
activity is made with a participant: `person_id` is refused (devcommunity.pipedrive.com/t/19734).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(min_length=1)]
Time = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")]


class _Body(BaseModel):
    """No key that is not known, no number where text is due."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CallLog(_Body):
    """A new call log."""

    to_phone_number: Text
    outcome: Literal["connected", "no_answer", "left_message", "left_voicemail", "wrong_number", "busy"]
    start_time: Time
    end_time: Time
    duration: Annotated[str, StringConstraints(pattern=r"^\d+$")] = "0"
    from_phone_number: Text | None = None
    subject: str = "Call"
    note: str | None = None
    user_id: int | None = None
    activity_id: int | None = None
    person_id: int | None = None
    org_id: int | None = None
    deal_id: int | None = None
    lead_id: str | None = None

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.deal_id and self.lead_id:
            raise ValueError("a call log can be associated with either a deal or a lead, but not both at once")
        if self.lead_id:
            UUID(self.lead_id)
        if self.end_time < self.start_time:
            raise ValueError('"end_time" must be greater than or equal to "start_time"')
        return self


class Note(_Body):
    """A new note on a person."""

    content: Text
    person_id: int


class Phone(_Body):
    """One of a person's phones."""

    value: Text
    primary: bool = False
    label: str = "work"


class Person(_Body):
    """A new person."""

    name: Text
    phones: list[Phone] = []
    owner_id: int | None = None


class Participant(_Body):
    """Who takes part in an activity."""

    person_id: int
    primary: bool = False


class ActivityChange(_Body):
    """Some fields of an activity."""

    subject: Text | None = None
    type: Text | None = None
    done: bool | None = None
    note: str | None = None
    owner_id: int | None = None
    due_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    due_time: Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d(:\d\d)?$")] | None = None
    participants: list[Participant] = []

    @model_validator(mode="before")
    @classmethod
    def _is_no_persons(cls, body: Any) -> Any:
        if isinstance(body, dict) and "person_id" in body:
            words = "is a read-only field. Add a primary participant to set 'person_id' instead."
            raise ValueError(f"'person_id' {words}")
        return body


class Activity(ActivityChange):
    """A new activity."""

    subject: Text
    type: Text = "call"


class _Query(BaseModel):
    """No parameter that is not known."""

    model_config = ConfigDict(extra="forbid")


class Nothing(_Query):
    """No parameters."""


class LogPage(_Query):
    """Of call logs."""

    start: int = 0
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class NotePage(_Query):
    """Of notes."""

    person_id: int | None = None
    start: int = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    sort: Literal["add_time DESC", "add_time ASC"] = "add_time ASC"


class Search(_Query):
    """For persons."""

    term: Annotated[str, StringConstraints(min_length=2)]
    fields: Literal["custom_fields", "email", "notes", "phone", "name"]
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class PersonPage(_Query):
    """Of persons, by their ids."""

    ids: str
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ActivityPage(_Query):
    """Of activities."""

    person_id: int | None = None
    done: bool | None = None
    sort_by: Literal["id", "update_time", "add_time", "due_date"] = "id"
    sort_direction: Literal["asc", "desc"] = "asc"
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: int = 0
