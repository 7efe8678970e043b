"""Every route × every kind of person gets what `docs/access.md` says, and nothing else is there."""

import asyncio
import re
from dataclasses import replace

import pytest

from fittrack.app import SLICES
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import InsufficientScope
from fittrack.server.access import Scope
from tests.contracts import things
from tests.contracts.access_table import CHECKED, COLUMNS, IN, REFUSALS, ROUTES, SCOPED, YES, Row
from tests.contracts.leaks import told_too_much
from tests.contracts.requests import Request, request_for
from tests.contracts.town import KINDS, Caller, Town
from tests.programs import a_program

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
WEBSOCKET = "/ws"
"""Who may do what there stands in tables of its own."""

DOCUMENTED = {(row.method, row.path) for row in ROUTES}
FORMS = {f"{route.method} {route.path}" for routes in SLICES for route in routes if route.form is not None}
SUCCESSES = {f"{route.method} {route.path}": route.success for routes in SLICES for route in routes}


@pytest.mark.parametrize("row", ROUTES, ids=str)
def test_everybody_gets_what_the_table_says(town_and_runner: tuple[Town, asyncio.Runner], row: Row) -> None:
    town, runner = town_and_runner
    wrong = [found for kind in KINDS if (found := runner.run(_visit(town, kind, row)))]
    assert not wrong, "\n".join(wrong)


async def _visit(town: Town, kind: str, row: Row) -> str | None:
    """What is wrong with what somebody of this kind gets."""
    caller = await town.caller(kind)
    expected = row.cells[caller.column]
    request = await request_for(town, caller, row)
    if scoped := SCOPED.fullmatch(expected):
        expected = scoped[2]
        if wrong := await _without_scope(town, caller, row, request, scoped[1]):
            return wrong
    for method in ("HEAD", "GET") if row.method == "GET" else (row.method,):
        status, text = await _ask(town, caller, method, row, request)
        if expected.startswith(CHECKED) and _fits(expected, status, text, row, is_head=False):
            await things.step_up(town, caller)
            expected = expected.removeprefix(CHECKED)
            status, text = await _ask(town, caller, method, row, request)
        if not _fits(expected, status, text, row, is_head=method == "HEAD"):
            return f"{kind}: {expected} expected, but {method} was answered {status} {text[:300]}"
        if row.method == "GET" and not scoped and (told := told_too_much(caller, text)):
            return f"{kind} was told of {told!r}"
    return None


async def _without_scope(town: Town, caller: Caller, row: Row, request: Request, scope: str) -> str | None:
    """What is wrong with how a program is refused that has every other scope."""
    others = [each for each in Scope if each != scope]
    program = await a_program(town.node, town.a_name(), others)
    status, text = await _ask(town, replace(caller, token=program.token), row.method, row, request)
    if status == 403 and InsufficientScope.code in text and scope in text:
        return None
    return f"without {scope}: {status} {text[:300]}"


FILES = {
    "/static/*": "/static/icon.svg",
    "/pages/*": "/pages/lib/theme.css",
    "/client/*": "/client/client.js",
}
"""A file of each folder that is served."""


def a_file(path: str) -> str:
    """The path; of a folder, that of a file in it."""
    return FILES.get(path, path)


async def _ask(town: Town, caller: Caller, method: str, row: Row, request: Request) -> tuple[int, str]:
    headers = {} if caller.token is None else {"Authorization": f"Bearer {caller.token}"}
    url = town.address.url + a_file(row.path).format(**request.places)
    sent = {"data" if row.door in FORMS else "json": request.body}
    async with town.http.request(method, url, headers=headers, **sent) as answer:
        return answer.status, await answer.text()


def _fits(expected: str, status: int, text: str, row: Row, *, is_head: bool) -> bool:
    if expected == YES:
        return status == SUCCESSES.get(row.door, 200)
    if expected == IN:
        return status not in (401, 403, 404) and status < 500
    wanted, code = REFUSALS[expected]
    return status == wanted and (is_head or f'"code":"{code}"' in text.replace(" ", ""))


def test_every_kind_of_person_has_a_column(town_and_runner: tuple[Town, asyncio.Runner]) -> None:
    town, runner = town_and_runner
    assert {runner.run(town.caller(kind)).column for kind in KINDS} == set(COLUMNS)
    cells = {cell for row in ROUTES for cell in row.cells.values()}
    assert {SCOPED.sub(r"\2", cell) for cell in cells} <= {YES, IN, *REFUSALS}


def test_every_route_that_the_server_knows_has_a_row(
    town_and_runner: tuple[Town, asyncio.Runner],
) -> None:
    town, _ = town_and_runner
    known = {(method, path) for method, path in town.paths if path != WEBSOCKET}
    folders = {path.removesuffix("*") for _, path in DOCUMENTED if path.endswith("*")}
    seen = {
        ("GET" if method == "HEAD" else method, next((f"{f}*" for f in folders if path.startswith(f)), path))
        for method, path in known
    }
    assert seen - DOCUMENTED == set(), "routes without a row in docs/access.md"
    assert DOCUMENTED - seen == set(), "rows of docs/access.md without a route"


def test_any_other_method_is_refused_to_everybody(town_and_runner: tuple[Town, asyncio.Runner]) -> None:
    town, runner = town_and_runner
    wrong = [
        (method, path, status)
        for path in {_example(path) for _, path in DOCUMENTED}
        for method in METHODS - _known_methods(path)
        if (status := runner.run(_knock(town, method, path))) != 405
    ]
    assert not wrong


def _example(path: str) -> str:
    return re.sub(r"{\w+}", str(uuid7()), a_file(path))


def _known_methods(example: str) -> set[str]:
    """The methods of the route that has this address."""
    return {method for method, path in DOCUMENTED if path == example} or {
        method for method, path in DOCUMENTED if re.fullmatch(_pattern(path), example)
    }


def _pattern(path: str) -> str:
    return re.sub(r"{\w+}", "[^/]+", path).replace("*", ".+")


async def _knock(town: Town, method: str, path: str) -> int:
    async with town.http.request(method, town.address.url + path) as answer:
        return answer.status
