from __future__ import annotations

import httpx
import pytest

from trunkline.adapters.resume import Offer

RANGES = {"Accept-Ranges": "bytes"}
DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


def answer(status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("headers", "can_go_on"),
    [
        ({}, False),
        (RANGES, True),
        ({"accept-ranges": "Bytes"}, True),
        ({"Accept-Ranges": "none"}, False),
        ({**RANGES, "Content-Encoding": "gzip"}, False),
        ({**RANGES, "Content-Encoding": "identity"}, True),
    ],
)
def test_only_who_offers_parts_of_a_plain_body_is_asked_for_one(headers: dict[str, str], can_go_on: bool) -> None:
    assert Offer.of(answer(**headers)).can_go_on is can_go_on


@pytest.mark.parametrize(
    ("headers", "compared"),
    [
        ({"ETag": '"a"', "Last-Modified": DATE}, '"a"'),
        ({"ETag": 'W/"a"', "Last-Modified": DATE}, DATE),
        ({"ETag": 'W/"a"'}, None),
        ({}, None),
    ],
)
def test_what_a_part_is_compared_by(headers: dict[str, str], compared: str | None) -> None:
    request = Offer.of(answer(**RANGES, **headers)).request(500)
    assert (request.pop("If-Range", None), request) == (compared, {"Range": "bytes=500-"})


@pytest.mark.parametrize(
    ("content_range", "fits"),
    [
        ("bytes 500-999/1000", True),
        ("bytes 500-999/*", True),
        ("bytes 500-900/1000", False),
        ("bytes 499-999/1000", False),
        ("bytes 500-1099/1100", False),
        ("bytes */1000", False),
        ("", False),
    ],
)
def test_a_part_must_go_on_to_the_end_of_the_same_body(content_range: str, fits: bool) -> None:
    offer = Offer.of(answer(**RANGES, Content_Length="1000"))
    part = answer(206, Content_Range=content_range, Content_Length="500")
    assert offer.fits(part, 500) is fits


def test_a_part_that_is_compressed_does_not_fit() -> None:
    offer = Offer.of(answer(**RANGES, Content_Length="1000"))
    part = answer(206, Content_Range="bytes 500-999/1000", Content_Length="90", Content_Encoding="gzip")
    assert not offer.fits(part, 500)
