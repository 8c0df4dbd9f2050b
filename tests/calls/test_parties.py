from __future__ import annotations

from collections.abc import Callable

import pytest

from trunkline.calls.legs import Parsed

Row = Callable[..., bytes]
Read = Callable[..., Parsed]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+61412345678", "+61412345678"),
        ("0412345678", "+61412345678"),
        ("61412345678", "+61412345678"),
        ("anonymous", None),
        ("", None),
        (None, None),
        ("123", None),
    ],
)
def test_an_outside_number_is_e164_or_nothing_and_kept_as_it_came(
    xapi_row: Row, read: Read, raw: str | None, number: str | None
) -> None:
    leg = read(xapi_row(SourceCallerId=raw)).legs.row(0, named=True)
    assert (leg["source_number"], leg["source_raw"]) == (number, raw)


def test_an_extension_has_no_number(xapi_row: Row, read: Read) -> None:
    leg = read(xapi_row(DestinationCallerId="0412345678")).legs.row(0, named=True)
    assert leg["destination_number"] is None


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Jo Caller", "Jo Caller"),
        ("Sales:Jo Caller", "Jo Caller"),
        ("Support: Sales: Jo", "Jo"),
        (" Jo\n Caller ", "Jo Caller"),
        ("+61412345678", None),
        ("Sales:+61412345678", None),
        ("(04) 1234-5678", None),
        ("Anonymous", None),
        ("", None),
        (None, None),
    ],
)
def test_a_callers_name_is_tidied_and_never_a_number(
    xapi_row: Row, read: Read, shown: str | None, name: str | None
) -> None:
    assert read(xapi_row(SourceDisplayName=shown)).legs["source_name"].to_list() == [name]


def test_an_inside_name_keeps_its_colon(xapi_row: Row, read: Read) -> None:
    assert read(xapi_row(DestinationDisplayName="Level 2: Anna")).legs["destination_name"].to_list() == [
        "Level 2: Anna"
    ]
