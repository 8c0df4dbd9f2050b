from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from trunkline.adapters.pbx.odata import Pages, error_text, items_of, readable
from trunkline.errors import BadAnswer

LIMIT = "The query specified in the URI is not valid. The limit of '{}' for Top query has been exceeded."


class Collection:
    """`count` numbered items, at most `limit` a page; refuses more in 3CX's words."""

    def __init__(self, count: int, limit: int) -> None:
        self.count, self.limit, self.asked = count, limit, list[tuple[int, int]]()

    async def get(self, path: str) -> httpx.Response:
        query = parse_qs(urlsplit(path).query)
        top, skip = int(query["$top"][0]), int(query["$skip"][0])
        self.asked.append((top, skip))
        if top > self.limit:
            return answer({"error": {"message": LIMIT.format(self.limit)}}, 400)
        return answer({"value": list(range(skip, min(skip + top, self.count)))})


def answer(body: object, status: int = 200, kind: str = "application/json") -> httpx.Response:
    text = body if isinstance(body, str) else json.dumps(body)
    request = httpx.Request("GET", "https://p.example/xapi/v1/Things(x=1)")
    return httpx.Response(status, text=text, headers={"content-type": kind}, request=request)


def read_all(pages: Pages) -> list[int]:
    return [json.loads(item) for item in asyncio.run(pages.all("/things"))]


def test_the_page_size_is_learnt_once_from_the_refusal_that_names_it() -> None:
    server = Collection(25, limit=10)
    pages = Pages(server.get, 1000)
    assert read_all(pages) == list(range(25))
    assert server.asked == [(1000, 0), (10, 0), (10, 10), (10, 20)]
    server.asked.clear()
    assert read_all(pages) == list(range(25))
    assert server.asked == [(10, 0), (10, 10), (10, 20)]


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (9, 1), (10, 2), (11, 2), (20, 3)])
def test_a_short_or_empty_page_is_the_last(count: int, requests: int) -> None:
    server = Collection(count, limit=10)
    assert read_all(Pages(server.get, 10)) == list(range(count))
    assert len(server.asked) == requests


def test_options_are_sent_with_every_page() -> None:
    seen: list[str] = []

    async def get(path: str) -> httpx.Response:
        seen.append(path)
        return answer({"value": [1]})

    asyncio.run(Pages(get, 2).all("/things", "&$orderby=Id asc"))
    assert seen == ["/things?$top=2&$skip=0&$orderby=Id asc"]


@pytest.mark.parametrize("limit", ["0", "1000", "5000"])
def test_a_refusal_that_names_no_smaller_limit_is_an_error_and_no_loop(limit: str) -> None:
    async def get(_path: str) -> httpx.Response:
        return answer({"error": {"message": LIMIT.format(limit)}}, 400)

    with pytest.raises(BadAnswer, match="/xapi/v1/Things: 400 The query specified"):
        asyncio.run(Pages(get, 1000).all("/things"))


def test_a_pbx_that_never_ends_is_left() -> None:
    async def get(_path: str) -> httpx.Response:
        return answer({"value": [1]})

    with pytest.raises(BadAnswer, match="/things: more than 2000 pages"):
        asyncio.run(Pages(get, 1).all("/things(x=1)"))


def test_items_are_kept_as_received() -> None:
    assert items_of(answer('{"value":[ {"a": 1.0}, "x" ], "other": 3}')) == [b'{"a": 1.0}', b'"x"']


@pytest.mark.parametrize("body", ["<html>", "[]", '{"value": 3}', '{"value": [1', ""])
def test_anything_but_a_collection_is_a_bad_answer(body: str) -> None:
    with pytest.raises(BadAnswer, match="/xapi/v1/Things: no OData but text/html"):
        items_of(answer(body, kind="text/html"))


def test_an_object_without_a_value_is_no_empty_collection() -> None:
    with pytest.raises(BadAnswer):
        items_of(answer({"error": "later"}))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"code": "", "message": "Two\n lines"}}, "Two lines"),
        ({"error": "invalid_client"}, "invalid_client"),
        ({"error": {}}, ""),
        ("<html>", "Bad Request"),
        ([1], "Bad Request"),
        ({"error": {"message": "x" * 500}}, "x" * 200),
    ],
)
def test_the_pbxs_own_words_are_told_in_one_line(body: object, words: str) -> None:
    assert error_text(answer(body, 400)) == words


def test_an_item_of_another_shape_does_not_cost_the_others() -> None:
    class Thing(msgspec.Struct):
        Id: int

    assert [one.Id for one in readable([b'{"Id":1}', b'{"Id":"x"}', b"7", b'{"Id":2}'], Thing)] == [1, 2]
