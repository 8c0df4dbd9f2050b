"""What HubSpot's 2026-03 API takes, by hand from its reference pages: its document may not be used (CRM §0.7).

Sources, read in November 2026: developers.hubspot.com/docs/api-reference, pages "batch/upsert", "batch/read",
"create", "update", "search-the-crm", "associate-records/batch/create-associations", "oauth-tokens/refresh".
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(min_length=1)]
Digits = Annotated[str, StringConstraints(pattern=r"^\d+$")]
MAX_BATCH, MAX_SEARCH_PAGE, MAX_FILTERS, MAX_FOUND = 100, 200, 18, 10_000


class _Body(BaseModel):
    """No key that is not known, no number where text is due."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Spec(_Body):
    """A kind of association."""

    associationCategory: Literal["HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED"]  # noqa: N815
    associationTypeId: int  # noqa: N815


class Ref(_Body):
    """A record."""

    id: Digits


class Association(_Body):
    """What a new record hangs on."""

    to: Ref
    types: Annotated[list[Spec], Field(min_length=1)]


class Create(_Body):
    """A new record."""

    properties: dict[Text, str]
    associations: list[Association]
    objectWriteTraceId: str | None = None  # noqa: N815


class Update(_Body):
    """Some properties of a record."""

    properties: Annotated[dict[Text, str], Field(min_length=1)]
    objectWriteTraceId: str | None = None  # noqa: N815


class UpsertInput(_Body):
    """One of an upsert: no associations."""

    id: Text
    idProperty: Text  # noqa: N815
    properties: dict[Text, str]
    objectWriteTraceId: str | None = None  # noqa: N815


class Upsert(_Body):
    """An upsert of many."""

    inputs: Annotated[list[UpsertInput], Field(min_length=1, max_length=MAX_BATCH)]


class Id(_Body):
    """An id, or the value of a unique property."""

    id: Text


class BatchRead(_Body):
    """Many at once."""

    inputs: Annotated[list[Id], Field(min_length=1, max_length=MAX_BATCH)]
    properties: list[Text]
    propertiesWithHistory: list[Text]  # noqa: N815
    idProperty: Text | None = None  # noqa: N815


class Pair(_Body):
    """Two records."""

    from_: Annotated[Ref, Field(alias="from")]
    to: Ref


class Associate(_Body):
    """Many pairs."""

    inputs: Annotated[list[Pair], Field(min_length=1, max_length=MAX_BATCH)]


class Filter(_Body):
    """One condition; which values it takes hangs on the operator."""

    propertyName: Text  # noqa: N815
    operator: Literal["EQ", "NEQ", "LT", "LTE", "GT", "GTE", "HAS_PROPERTY", "NOT_HAS_PROPERTY"]
    value: Text | None = None

    @model_validator(mode="after")
    def _value_fits(self) -> Self:
        if (self.value is None) != self.operator.endswith("HAS_PROPERTY"):
            raise ValueError(f"operator {self.operator} and its value do not fit")
        return self


class Group(_Body):
    """Conditions that hold together."""

    filters: Annotated[list[Filter], Field(min_length=1, max_length=6)]


class Sort(_Body):
    """An order."""

    propertyName: Text  # noqa: N815
    direction: Literal["ASCENDING", "DESCENDING"]


class Search(_Body):
    """A search: a record is found that any group fits."""

    filterGroups: Annotated[list[Group], Field(max_length=5)] = []  # noqa: N815
    sorts: Annotated[list[Sort], Field(max_length=1)] = []
    properties: list[Text] = []
    limit: Annotated[int, Field(ge=1, le=MAX_SEARCH_PAGE)] = 10
    after: Digits = "0"

    @model_validator(mode="after")
    def _is_within_bounds(self) -> Self:
        if sum(len(group.filters) for group in self.filterGroups) > MAX_FILTERS:
            raise ValueError(f"more than {MAX_FILTERS} filters")
        return self


class TokenForm(_Body):
    """A form that asks for a new access token; everything in the body, nothing in the address."""

    grant_type: Literal["refresh_token"]
    client_id: Text
    client_secret: Text
    refresh_token: Text
