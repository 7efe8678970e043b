"""The server of a node: its REST application and its WebSockets."""

from dataclasses import dataclass

from aiohttp import web

from fittrack.accounts.services import ACCOUNTS
from fittrack.app.documents import document_routes
from fittrack.app.jobs import NodeJobs
from fittrack.app.parts import Parts
from fittrack.app.slices import SLICES
from fittrack.app.sockets import make_gateway, make_sockets
from fittrack.app.watching import Watching, make_health, watch
from fittrack.clients.services import CLIENTS
from fittrack.config import AppEnv
from fittrack.connections.services import CONNECTIONS
from fittrack.dev import routes as dev_routes
from fittrack.dev.tools import DEV, DevTools
from fittrack.fulfilments.routes import TAX_FORM_THRESHOLD_USD
from fittrack.gateway import Gateway
from fittrack.ops.room import OpsRoom
from fittrack.ops.routes import LOOKS, OPS
from fittrack.privacy.export.serving import EXPORTS, Exports
from fittrack.server import asking
from fittrack.server.addresses import Proxies
from fittrack.server.headers import HeaderPolicy
from fittrack.server.health import HealthReporter, health_routes
from fittrack.server.http import make_application
from fittrack.server.metrics_door import MetricsDoor, metrics_route
from fittrack.server.rate_limits import RateLimiter
from fittrack.server.routes import Route
from fittrack.server.websocket import WebSockets, live_with, websocket_route
from fittrack.webhooks.services import WEBHOOKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What a listener serves."""

    app: web.Application
    sockets: WebSockets
    gateway: Gateway
    health: HealthReporter
    watching: Watching
    limiter: RateLimiter
    metrics_door: MetricsDoor
    dev: DevTools


def build_server(parts: Parts, jobs: NodeJobs) -> Server:
    """Every route with what it leans on."""
    base, identity = parts.base, parts.identity

    def ops_room() -> OpsRoom:
        # Its figures count what comes through the gateway, which shows it: asked for when it is there.
        return watching.room

    gateway = make_gateway(parts, ops_room)
    sockets = make_sockets(parts, gateway)
    health = make_health(parts)
    limiter = RateLimiter(base.settings.rate_limits, parts.links.windows, base.clock)
    policy = HeaderPolicy(
        origins=base.settings.cors_origins, https_only=base.settings.app_env is AppEnv.PRODUCTION
    )
    app = make_application(
        _routes(parts, health, sockets),
        authenticator=identity.authenticator,
        clock=base.clock,
        policy=policy,
        proxies=Proxies(base.settings.trusted_proxies, base.settings.forwarded_header),
        rate_limiter=limiter,
        metrics=base.metrics,
        api_clients=identity.clients.known,
        count_usage=identity.clients.usage.count,
    )
    watching = watch(parts, app, gateway, sockets)
    dev = _make_dev_tools(parts, jobs)
    live_with(app, sockets)
    _give(app, parts)
    app[OPS], app[LOOKS], app[DEV] = watching.room, watching.looks, dev
    return Server(
        app=app,
        sockets=sockets,
        gateway=gateway,
        health=health,
        watching=watching,
        limiter=limiter,
        metrics_door=MetricsDoor(base.metrics, identity.authenticator, base.clock, policy),
        dev=dev,
    )


def _routes(parts: Parts, health: HealthReporter, sockets: WebSockets) -> list[Route]:
    settings = parts.base.settings
    here = SLICES if settings.app_env.deployed else (*SLICES, dev_routes.ROUTES)
    routes = [route for slice_routes in here for route in slice_routes]
    return [
        *routes,
        *health_routes(health),
        metrics_route(parts.base.metrics),
        websocket_route(sockets),
        *document_routes(settings, routes, parts.identity.token_keys),
    ]


def _make_dev_tools(parts: Parts, jobs: NodeJobs) -> DevTools:
    return DevTools(
        parts.base.settings,
        clock=parts.base.clock,
        journal=parts.storage.journal,
        reads=parts.storage.reads,
        registry=parts.actors.registry,
        broker=parts.links.broker,
        wake=parts.actors.wake_drawings,
        undisturbed=jobs.paused,
    )


def _give(app: web.Application, parts: Parts) -> None:
    """Give routes what they ask for."""
    base = parts.base
    app[asking.REGISTRY] = parts.actors.registry
    app[asking.READS] = parts.storage.reads
    app[asking.JOURNAL] = parts.storage.journal
    app[asking.CALENDAR] = base.calendar
    app[asking.SEALER] = base.sealer
    app[asking.CURSOR_SECRET] = base.settings.secret_key.encode()
    app[TAX_FORM_THRESHOLD_USD] = base.settings.tax_form_threshold_usd
    app[EXPORTS] = Exports()
    app[ACCOUNTS], app[CLIENTS] = parts.identity.accounts, parts.identity.clients
    app[CONNECTIONS], app[WEBHOOKS] = parts.partners.connections, parts.partners.webhooks
