from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.numbers import e164, masked, spaced


@pytest.mark.parametrize(
    ("raw", "region", "normal"),
    [
        ("0412 345 678", "AU", "+61412345678"),
        ("61412345678", "AU", "+61412345678"),
        ("+6104 1234 5678", "AU", "+61412345678"),
        ("0061412345678", "AU", "+61412345678"),
        ("1300 655 506", "AU", "+611300655506"),
        ("13 11 14", "AU", "+61131114"),
        ("(08) 7010 1101", "AU", "+61870101101"),
        ("+49 170 1234567", "AU", "+491701234567"),
        ("+1 415-555-0123", "AU", "+14155550123"),
    ],
)
def test_the_normal_form(raw: str, region: str, normal: str) -> None:
    assert e164(raw, region) == normal


@pytest.mark.parametrize(
    "raw", ["8123 4567", "07700 900123", "12345", "+61", "00", "+99912345678", "+4918000000000000"]
)
def test_an_invalid_number_is_no_number(raw: str) -> None:
    assert e164(raw, "GB" if raw.startswith("07700") else "AU") is None


@pytest.mark.parametrize(
    "raw", [None, "", "anonymous", "Anonymous", "Ext.101", "ext 101", "101", "*97", "#1", "unknown"]
)
def test_extensions_and_withheld_callers_have_none(raw: str | None) -> None:
    assert e164(raw, "AU") is None


@pytest.mark.parametrize(
    "raw", ["+1 415-555-0123 x45", "+14155550123 ext. 45", "+14155550123,45", "+14155550123;ext=45"]
)
def test_what_is_dialled_afterwards_is_no_part_of_the_number(raw: str) -> None:
    assert e164(raw, "AU") == "+14155550123"


@given(st.text("+0123456789 ()-.x*#", max_size=20), st.sampled_from(["AU", "DE", "US"]))
def test_whatever_comes_the_answer_is_e164_and_stays_so(raw: str, region: str) -> None:
    normal = e164(raw, region)
    if normal is not None:
        assert re.fullmatch(r"\+[1-9]\d{6,14}", normal)
        assert e164(normal, region) == normal


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+61870108995", "+61 8 7010 8995"), ("+493012345678", "+49 30 12345678"), ("reception", "reception"), ("", "")],
)
def test_a_number_as_a_person_reads_it(number: str, shown: str) -> None:
    assert spaced(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+61412345123", "+61 4•• ••• 123"),
        ("+61870101101", "+61 8 •••• •101"),
        ("+14155550123", "+1 4••-•••-•123"),
        ("anonymous", "••••••ous"),
        ("101", "101"),
        (None, "withheld"),
        ("", "withheld"),
    ],
)
def test_a_masked_number(number: str | None, shown: str) -> None:
    assert masked(number) == shown


@given(st.from_regex(r"\+614[0-9]{8}", fullmatch=True))
def test_a_mask_shows_country_first_digit_and_the_last_three(number: str) -> None:
    assert re.sub(r"[ -]", "", masked(number)) == f"+614•••••{number[-3:]}"
