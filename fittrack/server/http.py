"""The HTTP application: declared routes behind the edge."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry

from fittrack.kit.clock import Clock
from fittrack.server.addresses import PROXIES, Proxies
from fittrack.server.api_clients import ApiClients
from fittrack.server.auth import Authenticator
from fittrack.server.contracts import check_routes
from fittrack.server.headers import HeaderPolicy, ResponseHeaders
from fittrack.server.middleware import CountUsage, Edge, Endpoint
from fittrack.server.parse import BODY_BYTES_MAX
from fittrack.server.rate_limits import RateLimiter
from fittrack.server.request_metrics import AllRoutes, RequestCollector, RouteStats
from fittrack.server.routes import Route

CLOCK: web.AppKey[Clock] = web.AppKey("clock", Clock)
ROUTE_STATS: web.AppKey[AllRoutes] = web.AppKey("route_stats", AllRoutes)
RESPONSE_HEADERS: web.AppKey[ResponseHeaders] = web.AppKey("response_headers", ResponseHeaders)
AUTHENTICATOR: web.AppKey[Authenticator] = web.AppKey("authenticator", Authenticator)


def make_application(
    routes: Sequence[Route],
    *,
    authenticator: Authenticator,
    clock: Clock,
    policy: HeaderPolicy,
    proxies: Proxies | None = None,
    rate_limiter: RateLimiter | None = None,
    metrics: CollectorRegistry | None = None,
    api_clients: ApiClients | None = None,
    count_usage: CountUsage | None = None,
) -> web.Application:
    """The application that serves `routes`.

    `proxies`: those that are believed, by default none. Without a `rate_limiter` nothing is counted, without
    `api_clients` no program of a third party is known.
    Raises `DeclarationError` when a declaration breaks the contract.
    """
    check_routes(routes)
    endpoints: dict[web.AbstractRoute, Endpoint] = {}
    headers = ResponseHeaders(policy)
    edge = Edge(
        endpoints,
        authenticator=authenticator,
        headers=headers,
        clock=clock,
        rate_limiter=rate_limiter,
        api_clients=api_clients,
        count_usage=count_usage,
    )
    app = web.Application(middlewares=[edge.handle], client_max_size=BODY_BYTES_MAX)
    app.on_response_prepare.append(edge.complete)
    app[CLOCK] = clock
    app[AUTHENTICATOR] = authenticator
    app[RESPONSE_HEADERS] = headers
    app[PROXIES] = proxies or Proxies()
    _declare(app, routes, endpoints)
    stats = {id(endpoint.stats): endpoint.stats for endpoint in endpoints.values()}
    app[ROUTE_STATS] = AllRoutes((*stats.values(), edge.elsewhere))
    if metrics is not None:
        metrics.register(RequestCollector(app[ROUTE_STATS].stats))
    return app


def _declare(
    app: web.Application, routes: Iterable[Route], endpoints: dict[web.AbstractRoute, Endpoint]
) -> None:
    routes = list(routes)
    words = _words_by_beginning({route.path for route in routes})
    for route in routes:
        endpoint = Endpoint(route, RouteStats(route.method, route.path))
        resource = app.router.add_resource(_unambiguous(route.path, words))
        endpoints[resource.add_route(route.method, route.handler)] = endpoint
        if route.method == "GET":  # HEAD is a GET whose body is not sent (RFC 9110, 9.3.2)
            endpoints[resource.add_route("HEAD", route.handler)] = endpoint


def _words_by_beginning(paths: Iterable[str]) -> Mapping[str, Collection[str]]:
    """The words that addresses have after each `…/`."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for path in paths:
        before = ""
        for part in path.split("/"):
            if part and "{" not in part:
                words[before].add(part)
            before += f"{part}/"
    return words


def _unambiguous(path: str, words_after: Mapping[str, Collection[str]]) -> str:
    """`path` for the router, its last parameter none of the words that other addresses have there.

    Else `GET …/read-all` would be looked for under `…/{id}`, and what that address allows would be wrong.
    """
    before, parameter, after = path.rpartition("{")
    if not parameter:
        return path
    words = [re.escape(word) for word in sorted(words_after.get(before, ()))]
    if not words:
        return path
    name, _, rest = after.partition("}")
    return f"{before}{{{name}:(?!(?:{'|'.join(words)})(?:/|$))[^{{}}/]+}}{rest}"
