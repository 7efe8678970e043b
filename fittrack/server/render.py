"""From typed answers to responses. Encoders and headers are made once."""

import math
from http import HTTPStatus
from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import UNSET, Struct, UnsetType
from multidict import CIMultiDict

from fittrack.kit.correlation import correlation_id
from fittrack.kit.problems import InsufficientScope, Problem

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"
PROBLEM_TYPE_BASE: Final = "/problems/"
_encode = msgspec.json.Encoder().encode
_JSON_HEADERS = CIMultiDict({"Content-Type": JSON})


class FieldProblem(Struct, frozen=True):
    """One thing wrong with the input: where (RFC 6901), and what."""

    pointer: str
    detail: str


class ProblemDocument(Struct, frozen=True, kw_only=True):
    """RFC 9457. `code` is the last part of `type`; codes are those of the WebSocket's `err` too."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    retryable: bool = False
    after_ms: int | UnsetType = UNSET
    errors: tuple[FieldProblem, ...] | UnsetType = UNSET


def render(answer: Any, *, status: int = HTTPStatus.OK, etag: str | None = None) -> web.Response:
    """`answer` (a struct, or a list of structs) as JSON."""
    response = web.Response(body=_encode(answer), status=status, headers=_JSON_HEADERS)
    if etag is not None:
        response.headers["ETag"] = etag
    return response


def no_content() -> web.Response:
    """Done, and nothing to say."""
    return web.Response(status=HTTPStatus.NO_CONTENT)


def encode(answer: Any) -> bytes:
    """`answer` as the JSON that `render` sends."""
    return _encode(answer)


def render_problem(problem: Problem, instance: str, *, status: int | None = None) -> web.Response:
    """`problem` as RFC 9457 has it, about the resource at `instance`."""
    document = ProblemDocument(
        type=PROBLEM_TYPE_BASE + problem.code,
        title=problem.title,
        status=status or problem.status,
        detail=problem.detail,
        instance=instance,
        code=problem.code,
        request_id=correlation_id.get(),
        retryable=problem.retryable,
        after_ms=UNSET if problem.after_ms is None else problem.after_ms,
        errors=tuple(FieldProblem(e.pointer, e.detail) for e in problem.errors) or UNSET,
    )
    headers = CIMultiDict({"Content-Type": PROBLEM_JSON, "Cache-Control": "no-store"})
    if problem.after_ms is not None:
        headers["Retry-After"] = str(math.ceil(problem.after_ms / 1000))
    if document.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(problem, InsufficientScope):  # RFC 6750, 3.1
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{problem.scope}"'
    return web.Response(body=_encode(document), status=document.status, headers=headers)
