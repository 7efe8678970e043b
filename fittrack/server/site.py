"""What the server says of itself: the API's documents and their browser, the problems."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from fittrack.kit.problems import NotFound, Problem
from fittrack.server.access import Access
from fittrack.server.assets import Asset, folder_routes
from fittrack.server.headers import PAGE_CSP
from fittrack.server.openapi import openapi_document
from fittrack.server.remedies import REMEDIES
from fittrack.server.render import JSON, PROBLEM_TYPE_BASE, render
from fittrack.server.routes import Route
from fittrack.server.schemas import Answer

STATIC: Final = Path(__file__).parent / "static"
HTML: Final = "text/html"
_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, undefined=StrictUndefined
)


def _with_code(text: str) -> Markup:
    """Text in which backticks mark code, as HTML."""
    parts = enumerate(text.split("`"))
    return Markup().join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in parts)


_PAGES.filters["with_code"] = _with_code


class ProblemKind(Answer, frozen=True, kw_only=True):
    """A kind of problem, as its `type` address explains it."""

    code: str
    status: int
    title: str
    retryable: bool
    description: str
    remedy: str
    """What to do about it."""


def site_routes(
    routes: Sequence[Route], *, version: str, documents: Mapping[str, object] | None = None
) -> list[Route]:
    """The routes of pages and documents that describe `routes`.

    `documents`: further JSON documents by address, e.g. `{"/asyncapi.json": …}`.
    """
    return [
        *_PROBLEM_ROUTES,
        _openapi((*routes, *_PROBLEM_ROUTES), version).at("/openapi.json"),
        *(_json(document).at(path) for path, document in (documents or {}).items()),
        Asset.of_file(STATIC / "docs.html").at("/docs"),
        Asset.of_file(STATIC / "live.html").at("/docs/live"),
        *folder_routes("/static", STATIC),
    ]


@lru_cache(maxsize=4)  # a process has few sets of routes, and may have many nodes
def _openapi(routes: tuple[Route, ...], version: str) -> Asset:
    return _json(openapi_document(routes, title="FitTrack", version=version))


def _json(document: object) -> Asset:
    return Asset(msgspec.json.encode(document), "application/json")


async def list_problems(request: web.Request) -> web.Response:
    """Every kind of problem, of REST and of the WebSocket; a page for browsers."""
    kinds = [_kind(cls) for cls in _by_status(Problem.catalogue.values())]
    return _page("problems.html", problems=kinds) if _is_browser(request) else render(kinds)


async def show_problem(request: web.Request) -> web.Response:
    """What a problem's `type` means and what to do about it; a page for browsers."""
    cls = Problem.catalogue.get(request.match_info["code"])
    if cls is None:
        raise NotFound("There is no such kind of problem")
    kind = _kind(cls)
    return _page("problem.html", problem=kind) if _is_browser(request) else render(kind)


def _is_browser(request: web.Request) -> bool:
    return HTML in request.headers.get("Accept", "")


def _page(name: str, **values: object) -> web.Response:
    headers = {"Content-Security-Policy": PAGE_CSP, "Vary": "Accept"}
    return web.Response(text=_PAGES.get_template(name).render(**values), content_type=HTML, headers=headers)


def _by_status(kinds: Iterable[type[Problem]]) -> list[type[Problem]]:
    return sorted(kinds, key=lambda cls: (cls.status, cls.code))


def _kind(cls: type[Problem]) -> ProblemKind:
    own: Any = cls.__dict__.get("__doc__")
    return ProblemKind(
        code=cls.code,
        status=cls.status,
        title=cls.title,
        retryable=cls.retryable,
        description=inspect.cleandoc(own) if own else cls.title,
        remedy=REMEDIES.get(cls.code, ""),
    )


_PROBLEM_ROUTES: Final = [
    Route(
        "GET",
        PROBLEM_TYPE_BASE.rstrip("/"),
        list_problems,
        summary="List the kinds of problems",
        access=Access.ANYONE,
        tag="About",
        counted=False,
        answer=list[ProblemKind],
        media_types=(JSON, HTML),
    ),
    Route(
        "GET",
        PROBLEM_TYPE_BASE + "{code}",
        show_problem,
        summary="Explain a kind of problem",
        access=Access.ANYONE,
        tag="About",
        counted=False,
        path_types={"code": str},
        answer=ProblemKind,
        media_types=(JSON, HTML),
    ),
]
