"""What every route keeps to, held against the whole table of routes (SPEC 10 and 11)."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, get_args, get_origin

import msgspec
import pytest

from fittrack.app import SLICES
from fittrack.kit.problems import Problem
from fittrack.server.pagination import CursorPage, Page
from fittrack.server.remedies import REMEDIES
from fittrack.server.routes import Route
from fittrack.server.schemas import CursorQuery, PageQuery
from tests.contracts import things
from tests.contracts.access_table import ROUTES as ROWS
from tests.contracts.access_table import Row
from tests.contracts.requests import request_for
from tests.contracts.town import Town

ROUTES = [route for routes in SLICES for route in routes]
LONG_LISTS = {"/activities", "/points/transactions", "/transactions", "/notifications", "/admin/audit"}
"""Those that take a cursor (SPEC 10)."""

KEYLESS = {
    "/admin/live/looking": "who looks still looks the second time",
    "/auth/change-password": "a second time the former password is wrong",
    "/auth/logout": "ending a session twice ends it once",
    "/auth/logout-all": "the same",
    "/connections/{provider}/callback": "a state works once",
    "/connections/{provider}/sync": "it asks for what a clock asks for as well",
    "/hooks/{provider}": "providers number their messages, and know no key",
}
"""POSTs without an `Idempotency-Key` that carry no token in their answer, and why."""

UNGUARDED = {
    "/connections/{provider}": "a choice among trackers, with no version of its own",
    "/notifications/{id}/read": "read is read, however often it is said",
}
"""Changes that take no `If-Match`, and why."""

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"

Running = tuple[Town, asyncio.Runner]


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def below_base(route: Route) -> str:
    return route.path.removeprefix("/api/v1")


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_post_takes_a_key_unless_its_answer_carries_tokens(route: Route) -> None:
    if route.method == "POST" and not route.takes_key:
        assert route.secret or below_base(route) in KEYLESS


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_what_is_changed_in_place_is_guarded_by_its_version(route: Route) -> None:
    if route.method in ("PUT", "PATCH"):
        assert route.guarded or below_base(route) in UNGUARDED


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_lists_are_alike(route: Route) -> None:
    shape = get_origin(route.answer) or route.answer
    if shape is Page:
        assert route.query is not None
        assert issubclass(route.query, PageQuery)
    if shape is CursorPage:
        assert route.query is not None
        assert issubclass(route.query, CursorQuery)
    assert shape is CursorPage or below_base(route) not in LONG_LISTS or route.method != "GET"


@pytest.mark.parametrize("route", [each for each in ROUTES if each.query], ids=name_of)
def test_filters_and_sorting_are_spelt_alike(route: Route) -> None:
    assert route.query is not None
    for field in msgspec.structs.fields(route.query):
        name = field.encode_name
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", name), name
        assert name not in {"search", "order", "order_by", "sort_by", "since", "until", "offset", "per_page"}
        if name == "sort":
            choices = {str(choice) for choice in _choices(field.type)}
            assert all(re.fullmatch("-?[a-z_]+", choice) for choice in choices), choices


def _choices(sort: Any) -> tuple[Any, ...]:
    return get_args(sort) or tuple(member.value for member in sort)


def test_each_kind_of_problem_says_what_to_do() -> None:
    ours = {
        code: kind
        for code, kind in Problem.catalogue.items()
        if kind.__module__.partition(".")[0] in ("fittrack", "actors", "protocol")
    }
    assert set(REMEDIES) == set(ours)
    assert all(len(remedy) > 20 and remedy.endswith(".") for remedy in REMEDIES.values())


async def _page(town: Town, code: str, accept: str) -> tuple[int, str, str]:
    async with town.http.get(f"{town.address.url}/problems/{code}", headers={"Accept": accept}) as answer:
        return answer.status, answer.content_type, await answer.text()


@pytest.mark.parametrize("code", sorted(REMEDIES))
def test_the_type_of_a_problem_is_the_address_of_a_page(town_and_runner: Running, code: str) -> None:
    town, runner = town_and_runner
    status, kind, page = runner.run(_page(town, code, "text/html,*/*;q=0.8"))
    assert (status, kind) == (200, "text/html")
    assert "What to do" in page
    assert f"<code>{code}</code>" in page
    status, kind, document = runner.run(_page(town, code, "*/*"))
    assert (status, kind) == (200, "application/json")
    assert msgspec.json.decode(document)["remedy"] == REMEDIES[code]


Answer = tuple[int, Mapping[str, str], Any]


async def _refused(town: Town, row: Row) -> Answer:
    """What somebody is answered who shows no token and sends nothing, within a trace."""
    caller = await town.caller("nobody")
    request = await request_for(town, caller, row)
    url = town.address.url + row.path.replace("*", "site.css").format(**request.places)
    async with town.http.request(row.method, url, headers={"traceparent": TRACEPARENT}) as answer:
        body = await answer.json() if answer.content_type.endswith("json") else None
        return answer.status, answer.headers, body


OURS = [row for row in ROWS if row.path.startswith("/api/") and "/dev/" not in row.path]
COUNTED = {name_of(route) for route in ROUTES if route.counted}


@pytest.mark.parametrize("row", {row.door: row for row in OURS}.values(), ids=lambda row: row.door)
def test_every_answer_has_the_common_headers(town_and_runner: Running, row: Row) -> None:
    town, runner = town_and_runner
    status, headers, body = runner.run(_refused(town, row))
    assert headers["X-Request-ID"] == TRACE
    if row.door in COUNTED:
        assert re.fullmatch(r'"minute";q=\d+;w=60', headers["RateLimit-Policy"])
        assert re.fullmatch(r'"minute";r=\d+;t=\d+', headers["RateLimit"])
        assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= headers.keys()
    if status >= 400 and headers["Content-Type"] != "application/json":
        assert headers["Content-Type"] == "application/problem+json"
        assert body["type"] == f"/problems/{body['code']}"
        assert body["code"] in REMEDIES
        assert body["request_id"] == TRACE


def test_no_exception_is_left_over() -> None:
    assert {*KEYLESS, *UNGUARDED} <= {below_base(route) for route in ROUTES}


async def _told(town: Town, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """What a player is answered."""
    caller = await town.caller("player")
    headers = {"Authorization": f"Bearer {caller.token}"}
    url = f"{town.address.url}/api/v1{path}"
    async with town.http.request(method, url, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("path", ["/tickets", "/fulfillments"])
def test_who_asks_for_what_is_anothers_is_not_answered_with_his_own(
    town_and_runner: Running, path: str
) -> None:
    town, runner = town_and_runner
    status, problem = runner.run(_told(town, "GET", f"{path}?user_id=0190b5b0-0000-7000-8000-000000000000"))
    assert (status, problem["code"]) == (403, "forbidden")
    assert "administrators" in problem["detail"]


def test_a_batch_that_is_too_long_is_refused_in_words_for_people(town_and_runner: Running) -> None:
    town, runner = town_and_runner
    batch = {"activities": [things.an_activity(town)] * 501}
    status, problem = runner.run(_told(town, "POST", "/activities", batch))
    assert status == 422
    assert problem["errors"] == [{"pointer": "/activities", "detail": "Must have at most 500 items."}]


def test_a_wrong_metric_is_pointed_at(town_and_runner: Running) -> None:
    town, runner = town_and_runner
    walk = things.an_activity(town) | {"metrics": {"steps": -1, "calories": "many"}}
    status, problem = runner.run(_told(town, "POST", "/activities", walk))
    assert status == 422
    assert {error["pointer"] for error in problem["errors"]} == {"/metrics/steps", "/metrics/calories"}
