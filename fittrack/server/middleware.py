"""The edge: what happens around every handler, in one function that knows the route's declaration.

Correlation id, authentication, rate limits, authorisation, translation of problems, headers, compression,
metrics.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

import structlog
from aiohttp import web

from fittrack.kit import tracing
from fittrack.kit.clock import Clock
from fittrack.kit.correlation import (
    accept_correlation_id,
    cause,
    correlation_id,
    new_trace_id,
    parent_of,
    trace_of,
)
from fittrack.kit.problems import (
    BodyTooLarge,
    Internal,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unauthenticated,
    Validation,
)
from fittrack.kit.tracing import Recorder, Span
from fittrack.server.access import CHECKS, Access, admit_client, check_step_up
from fittrack.server.api_clients import ApiClients
from fittrack.server.auth import Authenticator
from fittrack.server.compression import compress, worth_compressing
from fittrack.server.etags import matches
from fittrack.server.headers import ResponseHeaders
from fittrack.server.principal import API_CLIENT, PRINCIPAL, ApiClient, Principal
from fittrack.server.rate_limits import VERDICT, RateLimiter
from fittrack.server.render import render_problem
from fittrack.server.request_metrics import RouteStats
from fittrack.server.routes import Deprecation, Handler, Route

log: Final = structlog.stdlib.get_logger(__name__)

_KEPT_UNCHANGED: Final = ("ETag", "Cache-Control", "Vary")
"""What a 304 repeats (RFC 9110, 15.4.5)."""


DEPRECATION: web.RequestKey[Deprecation] = web.RequestKey("deprecation", Deprecation)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A declared route, with what was measured on it."""

    route: Route
    stats: RouteStats


CountUsage = Callable[[ApiClient, str, str, int], None]
"""Port: a program's request to this method and path was answered with this status."""


class Edge:
    """The one middleware of the application."""

    def __init__(
        self,
        endpoints: Mapping[web.AbstractRoute, Endpoint],
        *,
        authenticator: Authenticator,
        headers: ResponseHeaders,
        clock: Clock,
        rate_limiter: RateLimiter | None = None,
        api_clients: ApiClients | None = None,
        count_usage: CountUsage | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._api_clients = api_clients
        self._count_usage = count_usage
        self._rate_limiter = rate_limiter
        self._authenticator = authenticator
        self._headers = headers
        self._clock = clock
        self._tells = logging.getLogger(__name__).isEnabledFor(logging.DEBUG)
        self.elsewhere = RouteStats("*", "*")
        """Requests that met no declared route."""

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve `request`; never raises."""
        # Each request runs in a context of its own, so nothing has to be set back.
        origin = parent_of(request.headers.get("traceparent")) or new_trace_id()
        own = accept_correlation_id(request.headers.get("X-Request-ID"))
        behalf = f"{origin};{own}" if own else origin
        correlation_id.set(own or trace_of(origin))
        started = self._clock.monotonic()
        endpoint = self._endpoints.get(request.match_info.route)
        span = None if tracing.recorder is None else _begin_span(tracing.recorder, behalf, endpoint)
        cause.set(behalf if span is None else span.cause)
        if endpoint is not None and endpoint.route.deprecation is not None:
            request[DEPRECATION] = endpoint.route.deprecation
        response = await self._answer(request, handler, endpoint)
        if not response.prepared:  # a stream or a WebSocket has sent its headers already
            if endpoint is not None and endpoint.route.secret:
                response.headers["Cache-Control"] = "no-store"
            elif "If-None-Match" in request.headers and _unchanged(request, response):
                response = _not_modified(response)
            elif worth_compressing(response):
                await compress(request, cast(web.Response, response))
        stats = self.elsewhere if endpoint is None else endpoint.stats
        if span is not None:
            status = response.status
            error = str(status) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
            span.end({"http.response.status_code": status}, error=error)
        seconds = self._clock.monotonic() - started
        stats.count(response.status, seconds)
        if self._tells:
            told = {"method": stats.method, "route": stats.path, "status": response.status}
            log.debug("request.served", **told, seconds=round(seconds, 6))
        client = request.get(API_CLIENT)
        if client is not None and self._count_usage is not None:
            self._count_usage(client, stats.method, stats.path, response.status)
        return response

    async def _answer(
        self, request: web.Request, handler: Handler, endpoint: Endpoint | None
    ) -> web.StreamResponse:
        route = None if endpoint is None else endpoint.route
        try:
            if route is None and (preflight := self._headers.preflight(request)):
                return preflight
            if route is None or route.counted or route.access is not Access.ANYONE:
                await self._admit(request, route)
            return await handler(request)
        except Problem as problem:
            return _refusal(request, problem, route)
        except web.HTTPException as answer:
            return _translated(request, answer)
        except Exception:
            log.exception("request.failed", method=request.method, path=request.path)
            return render_problem(Internal(), request.path)

    async def _admit(self, request: web.Request, route: Route | None) -> None:
        """Find out who asks, count the request, and let in who may be here.

        A wrong token counts for the address, like none, before it is refused: guessing is limited too.
        """
        anyone = route is None or route.access is Access.ANYONE
        bearer, refusal = await self._who(request)
        if refusal is not None and refusal.retryable and not anyone:
            raise refusal  # nobody can tell whose request it is
        if isinstance(bearer, ApiClient):
            request[API_CLIENT] = bearer
        if self._rate_limiter is not None and (route is None or route.counted):
            await self._rate_limiter.admit(request, bearer)
        if route is None or anyone:
            return
        if isinstance(bearer, ApiClient):
            acting = admit_client(bearer, route.access, route.scope)
            if acting is not None:
                request[PRINCIPAL] = acting
        elif bearer is not None:
            self._let_in(request, bearer, route)
        elif refusal is not None or route.access.needs_token:
            raise refusal or Unauthenticated

    def _let_in(self, request: web.Request, principal: Principal, route: Route) -> None:
        CHECKS[route.access](principal)
        if route.step_up:
            check_step_up(principal, self._clock.now())
        request[PRINCIPAL] = principal

    async def _who(self, request: web.Request) -> tuple[Principal | ApiClient | None, Problem | None]:
        """Who asks, or why that is not known; neither when no token was sent."""
        header = request.headers.get("Authorization")
        if header is None:
            return None, None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return None, Unauthenticated("Authorization must be a bearer token")
        try:
            known = self._authenticator.recall(token)
            return known or await self._authenticate(token.strip()), None
        except Problem as problem:
            return None, problem

    async def _authenticate(self, token: str) -> Principal | ApiClient:
        if self._api_clients is not None and self._api_clients.knows(token):
            return await self._api_clients.authenticate(token)
        return await self._authenticator.authenticate(token)

    async def complete(self, request: web.Request, response: web.StreamResponse) -> None:
        """Put the common headers on an answer about to leave, be it whole or the start of a stream."""
        response.headers["X-Request-ID"] = correlation_id.get() or new_trace_id()
        self._headers.put(request, response.headers)
        if deprecation := request.get(DEPRECATION):
            response.headers.update(deprecation.headers)
        verdict = request.get(VERDICT)
        if verdict is not None and self._rate_limiter is not None:
            self._rate_limiter.tell(verdict, response.headers)


def _begin_span(recorder: Recorder, behalf: str, endpoint: Endpoint | None) -> Span:
    method, route = ("*", "*") if endpoint is None else (endpoint.route.method, endpoint.route.path)
    attributes = {"http.request.method": method, "http.route": route}
    return recorder.begin(f"{method} {route}", behalf, kind="server", attributes=attributes)


def _refusal(request: web.Request, problem: Problem, route: Route | None) -> web.Response:
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("request.refused", code=problem.code, method=request.method, path=request.path)
    if route is not None and isinstance(problem, Validation):
        return render_problem(problem, request.path, status=route.validation_status)
    return render_problem(problem, request.path)


def _translated(request: web.Request, answer: web.HTTPException) -> web.Response:
    """What aiohttp itself says, in the product's words."""
    match answer:
        case web.HTTPMethodNotAllowed():
            response = render_problem(
                MethodNotAllowed(f"{request.method} is not for this address"), request.path
            )
            response.headers["Allow"] = ", ".join(sorted(answer.allowed_methods))
            return response
        case web.HTTPNotFound():
            return render_problem(NotFound(), request.path)
        case web.HTTPRequestEntityTooLarge():
            return render_problem(BodyTooLarge(), request.path)
        case _:
            return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _unchanged(request: web.Request, response: web.StreamResponse) -> bool:
    """Whether the client has this very version already."""
    etag = response.headers.get("ETag")
    if etag is None or response.status != HTTPStatus.OK or request.method not in {"GET", "HEAD"}:
        return False
    return matches(request.headers["If-None-Match"], etag)


def _not_modified(response: web.StreamResponse) -> web.Response:
    kept = {name: response.headers[name] for name in _KEPT_UNCHANGED if name in response.headers}
    return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=kept)
