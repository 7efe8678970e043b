"""Answers to what is no readable HTTP, in the product's words, with the headers of every answer.

aiohttp gives such requests to no handler and no middleware. Its minor version is pinned
(docs/decisions/0005), and `tests/fittrack/server/test_listener` covers what is relied on here.
"""

from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler

from fittrack.kit.correlation import correlation_id, new_trace_id
from fittrack.kit.problems import Internal, Malformed, Problem
from fittrack.server.headers import ResponseHeaders
from fittrack.server.render import render_problem


class _Connection(RequestHandler):
    """A connection before anything was understood, or after aiohttp itself failed."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What aiohttp calls. The connection closes: where the next request begins is not known."""
        super().handle_error(request, status, exc, message)  # logs, and knows whether it is too late
        correlation_id.set(new_trace_id())
        response = render_problem(_problem(status, exc), request.path)
        response.headers["X-Request-ID"] = correlation_id.get()
        assert isinstance(self._manager, _Server), "connections belong to the server that made them"
        self._manager.response_headers.put(request, response.headers)
        response.force_close()
        return response


class _Server(web.Server):
    """Makes such connections."""

    response_headers: ResponseHeaders

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application whose every answer carries `response_headers`."""

    __slots__ = ("_response_headers",)

    def __init__(self, app: web.Application, response_headers: ResponseHeaders, **options: Any) -> None:
        super().__init__(app, **options)
        self._response_headers = response_headers

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        server = _Server(made.request_handler, request_factory=made.request_factory, **made._kwargs)
        server.response_headers = self._response_headers
        return server


def _problem(status: int, error: BaseException | None) -> Problem:
    if status != Malformed.status:
        return Internal()
    if isinstance(error, LineTooLong):
        return Malformed("The request line or a header is too long")
    return Malformed("This is no HTTP request that can be read")
