"""A node: builds the parts of one process, wires them by hand, starts and stops them."""

import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import aiohttp
import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from actors.audit import AuditActor
from actors.drawing import DrawingActor
from actors.leaderboard import BoardActor
from actors.outlet import Outlet
from actors.runtime import ActorKind, LocalPlacement, Registry
from actors.schedule import ScheduleActor
from actors.services import Services
from actors.user import UserActor
from fittrack import __version__
from fittrack.accounts.passwords import Passwords
from fittrack.accounts.services import ACCOUNTS, AccountServices
from fittrack.accounts.social.signing_in import APPLE, GOOGLE
from fittrack.app.jobs import WEBHOOKS, Bell, NodeJobs
from fittrack.app.slices import SLICES
from fittrack.audit.messages import AUDIT
from fittrack.channels import Channels
from fittrack.clients.metadata import server_metadata
from fittrack.clients.services import CLIENTS, ClientServices, load_standing
from fittrack.clients.usage import UsageCounter
from fittrack.cluster.cluster import Cluster
from fittrack.cluster.naming import name_of, namespace_of
from fittrack.config import AppEnv, Settings
from fittrack.connections.catalogue import catalogue
from fittrack.connections.services import CONNECTIONS, ConnectionServices
from fittrack.db import log_queries
from fittrack.db.engine import Access, make_engine
from fittrack.db.handles import Engine
from fittrack.db.journal import Journal
from fittrack.db.journal.host import WriterHost
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.reads import Reads
from fittrack.dev import routes as dev_routes
from fittrack.dev.tools import DEV, DevTools
from fittrack.drawings.metrics import DrawMetrics, SaleMetrics
from fittrack.drawings.official_rules import Publisher
from fittrack.fairness.beacon import CHAINS, QUICKNET, Chain
from fittrack.fulfilments.routes import TAX_FORM_THRESHOLD_USD
from fittrack.gateway import Gateway
from fittrack.integrations.drand import DrandClient
from fittrack.integrations.jwks import RemoteKeySet
from fittrack.integrations.oidc import IdTokens, Issuer
from fittrack.integrations.smtp import Mailer, MailFolder, SmtpServer
from fittrack.integrations.webhooks import Sender
from fittrack.jobs import timers
from fittrack.jobs.beacons import BeaconFetcher, NoSource
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock, SystemClock
from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.problems import Problem
from fittrack.kit.sealing import Sealer
from fittrack.leaderboards.messages import BOARD
from fittrack.mail.postbox import Postbox
from fittrack.mail.worker import MailWorker
from fittrack.ops.backlogs import Backlogs
from fittrack.ops.metrics.actors import ActorCollector
from fittrack.ops.metrics.cluster import ClusterCollector
from fittrack.ops.metrics.database import JournalCollector, ReadCollector
from fittrack.ops.metrics.limits import LimitCollector
from fittrack.ops.metrics.live import LiveCollector
from fittrack.ops.metrics.node import JobCollector, NodeCollector
from fittrack.ops.metrics.outgoing import BacklogCollector, MailCollector, TrackerCollector, WebhookCollector
from fittrack.ops.metrics.play import PlayCollector
from fittrack.ops.readings import Meters
from fittrack.ops.roll import Reporter, Roll
from fittrack.ops.room import OpsRoom
from fittrack.ops.routes import OPS
from fittrack.pages.routes import page_routes
from fittrack.privacy.export.serving import EXPORTS, Exports
from fittrack.pubsub.broker import Broker
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.pubsub.messages import REVOCATIONS, ChannelEvent, Revocation
from fittrack.schedule.messages import SCHEDULE
from fittrack.server import asking
from fittrack.server.addresses import Proxies
from fittrack.server.api_clients import ApiClients
from fittrack.server.auth import Authenticator
from fittrack.server.client_tokens import ClientTokens
from fittrack.server.headers import HeaderPolicy
from fittrack.server.health import HealthReporter, health_routes
from fittrack.server.http import ROUTE_STATS, make_application
from fittrack.server.listener import Listener
from fittrack.server.metrics_door import MetricsDoor, metrics_route
from fittrack.server.open_files import connections_that_fit
from fittrack.server.principal import Standing
from fittrack.server.rate_limits import RateLimiter
from fittrack.server.routes import Route
from fittrack.server.shared_windows import SharedWindows
from fittrack.server.site import site_routes
from fittrack.server.tokens import AccessTokens
from fittrack.server.websocket import WebSockets, WebSocketSettings, live_with, websocket_route
from fittrack.server.windows import MemoryWindows, Windows
from fittrack.sessions import queries as session_queries
from fittrack.sessions.watch import SessionWatch, inform
from fittrack.travelling import make_register
from fittrack.webhooks.delivering import Deliveries
from fittrack.webhooks.following import Following
from fittrack.webhooks.services import WEBHOOKS as WEBHOOKS_OF_NODE
from fittrack.webhooks.services import WebhookServices
from protocol.asyncapi import asyncapi
from protocol.channels import OpsChannel
from protocol.frames import Payload
from protocol.limits import Limits

AUDIENCE: Final = "fittrack-api"
"""Whom access tokens are for."""

SWITCH_INTERVAL_S: Final = 0.0001
"""With the default of 5 ms a busy event loop holds threads that read up at each statement (DESIGN 3)."""

STOP_ACTORS_WITHIN_S: Final = 5.0
"""What of the 25 s of a drain is left for turns under way and held replies."""

DRAWING_MAILBOX_MAX: Final = 8_192
"""Purchases that may wait for one drawing: what it sells in half a second at a storm's height."""

DRAWINGS_ACTIVE_MAX: Final = 1_000

BOARD_MAILBOX_MAX: Final = 8_192
"""Totals that may wait for one board while it is loaded; what is told above that, it reads."""

BOARDS_ACTIVE_MAX: Final = 300
"""31 tiers by 4 periods, twice while periods change."""

ALONE: Final = "local"
"""What a node without a cluster calls itself to its clients."""

log = structlog.get_logger(__name__)


class Node:
    """Everything that one process runs. Made on the running event loop; `start` serves, `stop` drains.

    `on_fatal` is called when the database can no longer be trusted: the process must end at once.
    `writer` writes its journal; without one it is a thread of this process, on what `store` opens.
    `chain` is the one that `DRAND_URL` serves.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_fatal: Callable[[BaseException], None],
        clock: Clock | None = None,
        passwords: Passwords | None = None,
        writer: WriterHost | None = None,
        store: Callable[[Engine], Store] = open_store,
        chain: Chain = QUICKNET,
    ) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self.settings = settings
        self._outgoing = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self.clock = clock or SystemClock()
        self.calendar = PlatformCalendar(settings.platform_tz)
        self.sealer = Sealer.from_text(settings.token_keys)
        self.metrics = CollectorRegistry()
        self._build_storage(on_fatal, writer, store)
        self._build_cluster()
        self._build_actors(chain)
        self._build_accounts(passwords or Passwords())
        self._build_windows()
        self._build_clients()
        self._build_trackers()
        self._build_webhooks()
        self._build_jobs()
        self._build_server()
        self._listener: Listener | None = None
        self._worker: int | None = None

    # --- Building -----------------------------------------------------------------------------------------

    def _build_storage(
        self,
        on_fatal: Callable[[BaseException], None],
        writer: WriterHost | None,
        store: Callable[[Engine], Store],
    ) -> None:
        self._write_engine: Engine | None = None
        if writer is None:
            self._write_engine = make_engine(self.settings.database, Access.WRITE)
            writer = WriterThread(store(self._write_engine), self.clock)
        self._read_engine: Engine = make_engine(self.settings.database, Access.READ)
        self._following = Following()
        self.journal = Journal(writer, self.clock, on_fatal=on_fatal, follow=self._following)
        self.reads = Reads(self._read_engine)

    def _build_cluster(self) -> None:
        """With Redis, this node is one of several, or may become so."""
        self.cluster: Cluster | None = None
        if self.settings.redis_url:
            self.cluster = Cluster(
                self.settings.redis_url,
                make_register(),
                self.clock,
                namespace=namespace_of(self.settings.secret_key, self.settings.database),
                life_s=self.settings.cluster_life_s,
            )
            self.cluster.when_moved(self._wake_drawings)
        self.placement = self.cluster.placement if self.cluster else LocalPlacement()
        self.broker: Broker = self.cluster.broker if self.cluster else MemoryBroker()

    def _build_actors(self, chain: Chain) -> None:
        self._bell = Bell(self.broker)
        self.outlet = Outlet(self.broker, self.clock)
        self.registry = Registry(self.clock, placement=self.placement)
        self.watch = SessionWatch(self.reads, self.broker, self.clock)
        drand_url = self.settings.drand_url
        source = DrandClient(self._outgoing, drand_url) if drand_url else NoSource()
        self.beacons = BeaconFetcher(source, self.registry, self.clock)
        self._prize_steps: Counter[str] = Counter()
        self._sales, self._draws = SaleMetrics(), DrawMetrics()
        self._catalogue = catalogue(self.settings, self._outgoing, self.clock, self.calendar)
        services = Services(
            clock=self.clock,
            calendar=self.calendar,
            journal=self.journal,
            reads=self.reads,
            registry=self.registry,
            outlet=self.outlet,
            sealer=self.sealer,
            excluded_states=self.settings.excluded_states,
            publisher=self._publisher(),
            beacon_chain=chain if self.settings.drand_url else None,
            beacon_chains={**CHAINS, chain.chain_hash: chain},
            drawings_need_beacon=not self.settings.drawings_without_beacon,
            beacon_wanted=self.beacons.want,
            standing_changed=self.watch.changed,
            revoked=self._revoke,
            effects_due=self._bell.effects,
            heard=self._catalogue.heard,
            holds_lease=self._holds_lease,
            sales=self._sales,
            draws=self._draws,
            prize_steps=self._prize_steps,
        )
        self.registry.register(ActorKind(name=asking.USER, factory=lambda id: UserActor(id, services)))
        self.registry.register(
            ActorKind(
                name=BOARD,
                factory=lambda id: BoardActor(id, services),
                mailbox_max=BOARD_MAILBOX_MAX,
                active_max=BOARDS_ACTIVE_MAX,
            )
        )
        self.registry.register(ActorKind(name=AUDIT, factory=lambda id: AuditActor(id, services)))
        self.registry.register(ActorKind(name=SCHEDULE, factory=lambda id: ScheduleActor(id, services)))
        self.registry.register(
            ActorKind(
                name=asking.DRAWING,
                factory=lambda id: DrawingActor(id, services),
                mailbox_max=DRAWING_MAILBOX_MAX,
                active_max=DRAWINGS_ACTIVE_MAX,
            )
        )

    def _publisher(self) -> Publisher:
        settings = self.settings
        return Publisher(
            operator=settings.operator_name,
            free_entry_address=settings.free_entry_address,
            public_url=settings.public_url,
            excluded_states=settings.excluded_states,
            calendar=self.calendar,
        )

    def _build_accounts(self, passwords: Passwords) -> None:
        settings = self.settings
        self.passwords = passwords
        self.token_keys = settings.make_token_keys()
        self.tokens = AccessTokens(
            self.token_keys, issuer=settings.public_url, audience=AUDIENCE, clock=self.clock
        )
        self.authenticator = Authenticator(self.tokens, self._load_standing, self.clock)
        inform(self.authenticator, self.broker)
        self.postbox = Postbox(self.sealer)
        self.accounts = AccountServices(
            clock=self.clock,
            calendar=self.calendar,
            journal=self.journal,
            reads=self.reads,
            passwords=passwords,
            access_tokens=self.tokens,
            postbox=self.postbox,
            sealer=self.sealer,
            watch=self.watch,
            id_tokens=self._id_tokens(),
            excluded_states=settings.excluded_states,
            pepper=settings.secret_key.encode(),
            mail_hint=self._mail_hint(),
        )

    def _id_tokens(self) -> dict[str, IdTokens]:
        """Of the providers to whom our apps are known."""
        found = {}
        for name, provider in ((GOOGLE, self.settings.google_sign_in), (APPLE, self.settings.apple_sign_in)):
            if provider.client_ids:
                issuer = Issuer(
                    name=name, spellings=provider.spellings, client_ids=frozenset(provider.client_ids)
                )
                keys = RemoteKeySet(self._outgoing, provider.jwks_url, self.clock)
                found[name] = IdTokens(issuer, keys, self.clock)
        return found

    def _build_windows(self) -> None:
        url = self.settings.redis_url
        self.windows = SharedWindows(url, self.clock) if url else None
        self._counting: Windows = self.windows or MemoryWindows(self.clock)

    def _build_clients(self) -> None:
        tokens = ClientTokens(
            self.token_keys, issuer=self.settings.public_url, audience=AUDIENCE, clock=self.clock
        )
        self.clients = ClientServices(
            clock=self.clock,
            calendar=self.calendar,
            reads=self.reads,
            tokens=tokens,
            known=ApiClients(tokens, partial(load_standing, self.reads, self.clock), self.clock),
            usage=UsageCounter(self.journal, self.clock, self.calendar),
        )

    def _build_trackers(self) -> None:
        found = self._catalogue
        self.connections = ConnectionServices(
            clock=self.clock,
            calendar=self.calendar,
            journal=self.journal,
            reads=self.reads,
            registry=self.registry,
            sealer=self.sealer,
            catalogue=found,
            sync_within_s=self.settings.trackers.sync_within_ms / 1000,
            windows=self._counting,
            sync_due=partial(self._bell.syncs, tuple(found.fetched)),
            revocation_due=self._bell.revocations,
        )

    def _build_webhooks(self) -> None:
        sender = Sender(
            local=self.settings.webhooks_to_loopback, user_agent=f"FitTrack-Webhooks/{__version__}"
        )
        self.webhooks = WebhookServices(
            reads=self.reads,
            sealer=self.sealer,
            sender=sender,
            following=self._following,
            subscriptions_changed=self._bell.subscriptions,
            messages_due=self._bell.webhooks,
        )
        self._deliveries = Deliveries(
            clock=self.clock,
            journal=self.journal,
            reads=self.reads,
            sealer=self.sealer,
            sender=sender,
            poke=lambda: self.jobs.poke(WEBHOOKS),
            effects_due=self._bell.effects,
        )

    def _build_jobs(self) -> None:
        settings = self.settings
        mailer: Mailer = (
            SmtpServer.from_url(settings.smtp_url) if settings.smtp_url else MailFolder(settings.mail_dir)
        )
        mail = MailWorker(self.journal, self.postbox, mailer, sender=settings.mail_from)
        self._letters = mail.metrics
        self.backlogs = Backlogs(self.reads, self.clock)
        self.jobs = NodeJobs(
            clock=self.clock,
            calendar=self.calendar,
            journal=self.journal,
            reads=self.reads,
            registry=self.registry,
            placement=self.placement,
            broker=self.broker,
            connections=self.connections,
            mail=mail,
            watch=self.watch,
            usage=self.clients.usage,
            webhooks=self.webhooks,
            deliveries=self._deliveries,
            backlogs=self.backlogs,
        )

    def _build_server(self) -> None:
        settings = self.settings
        self.rate_limiter = RateLimiter(settings.rate_limits, self._counting, self.clock)
        self.health = HealthReporter(self.clock, __version__)
        self.health.watch("database", self._check_database)
        self.health.watch("journal", self._check_journal)
        if self.windows is not None:
            self.health.watch("redis", self.windows.check)
        if self.cluster is not None:
            self.health.watch("cluster", self.cluster.check)
        here = SLICES if settings.app_env.deployed else (*SLICES, dev_routes.ROUTES)
        routes = [route for slice_routes in here for route in slice_routes]
        self.sockets = self._make_sockets()
        self.dev = DevTools(
            settings,
            clock=self.clock,
            journal=self.journal,
            reads=self.reads,
            registry=self.registry,
            broker=self.broker,
            wake=self._wake_drawings,
            undisturbed=self.jobs.paused,
        )
        own = [*health_routes(self.health), metrics_route(self.metrics), websocket_route(self.sockets)]
        policy = HeaderPolicy(origins=settings.cors_origins, https_only=settings.app_env is AppEnv.PRODUCTION)
        self._metrics_door = MetricsDoor(self.metrics, self.authenticator, self.clock, policy)
        self.app = make_application(
            [*routes, *own, *self._pages(routes)],
            authenticator=self.authenticator,
            clock=self.clock,
            policy=policy,
            proxies=Proxies(settings.trusted_proxies, settings.forwarded_header),
            rate_limiter=self.rate_limiter,
            metrics=self.metrics,
            api_clients=self.clients.known,
            count_usage=self.clients.usage.count,
        )
        self.ops = self._make_ops_room()
        self._fill(self.app)
        live_with(self.app, self.sockets)
        self._expose()

    def _expose(self) -> None:
        """Everything that this node counts, for Prometheus."""
        providers = (name for names in self._catalogue.fetched.values() for name in names)
        for collector in (
            NodeCollector(self.name, __version__, lambda: self._worker),
            ActorCollector(self.registry.metrics),
            JournalCollector(self.journal.metrics),
            ReadCollector(self.reads),
            LiveCollector(self.sockets, lambda: self.gateway.metrics),
            PlayCollector(self._sales, self._draws, self._prize_steps),
            MailCollector(self._letters),
            WebhookCollector(self._deliveries),
            TrackerCollector(self.connections.syncs, providers),
            BacklogCollector(self.backlogs),
            LimitCollector(self.rate_limiter, self.windows),
            JobCollector(self.jobs.record),
        ):
            self.metrics.register(collector)
        if self.cluster is not None:
            self.metrics.register(ClusterCollector(self.cluster))
        ProcessCollector(registry=self.metrics)
        PlatformCollector(registry=self.metrics)
        GCCollector(registry=self.metrics)

    def _make_sockets(self) -> WebSockets:
        channels = Channels(
            self.registry,
            self.reads,
            self.clock,
            self.calendar,
            position=self.outlet.position,
            ops_room=lambda: self.ops,
        )
        self.gateway = Gateway(self.registry, self.reads, self.authenticator, channels, self.clock)
        settings = _websocket_settings(self.settings, self.cluster)
        return WebSockets(self.gateway, self.broker, self.clock, settings, self.windows)

    def _make_ops_room(self) -> OpsRoom:
        meters = Meters(
            actors=self.registry.metrics,
            journal=self.journal.metrics,
            connections=self.sockets.hub,
            routes=self.app[ROUTE_STATS].stats,
            commands=self.gateway.metrics.commands.total,
            purchases=lambda: self._sales.purchases,
        )
        self._reporter = Reporter(meters, self.broker, self.clock, self.name)
        roll = Roll(self.broker, self.clock, lambda: self.cluster.nodes if self.cluster else (ALONE,))
        channel, fanout = str(OpsChannel()), self.sockets.fanout

        def publish(payload: Payload, lasting: bool) -> None:
            # To whoever listens on this node: each node that is watched sums up all, and reads what was done.
            fanout.publish(ChannelEvent(channel, self.outlet.position(), payload, lasting))

        return OpsRoom(roll, self.reads, self.clock, publish, lambda: fanout.size(channel) > 0)

    def _fill(self, app: web.Application) -> None:
        app[asking.REGISTRY] = self.registry
        app[asking.READS] = self.reads
        app[asking.JOURNAL] = self.journal
        app[asking.CALENDAR] = self.calendar
        app[TAX_FORM_THRESHOLD_USD] = self.settings.tax_form_threshold_usd
        app[asking.SEALER] = self.sealer
        app[asking.CURSOR_SECRET] = self.settings.secret_key.encode()
        app[ACCOUNTS] = self.accounts
        app[CONNECTIONS] = self.connections
        app[CLIENTS] = self.clients
        app[EXPORTS] = Exports()
        app[OPS] = self.ops
        app[DEV] = self.dev
        app[WEBHOOKS_OF_NODE] = self.webhooks

    def _pages(self, routes: list[Route]) -> list[Route]:
        url = self.settings.public_url
        document = asyncapi(
            version=__version__,
            host=url.partition("://")[2],
            secure=url.startswith("https"),
            problems=Problem.catalogue.values(),
        )
        documents: dict[str, object] = {
            "/asyncapi.json": document,
            "/.well-known/oauth-authorization-server": server_metadata(url, self.settings.jwt_algorithm),
        }
        if self.settings.jwt_algorithm == "RS256":
            documents["/.well-known/jwks.json"] = self.token_keys.jwks()
        return [
            *site_routes(routes, version=__version__, documents=documents),
            *page_routes(deployed=self.settings.app_env.deployed),
        ]

    # --- Running ------------------------------------------------------------------------------------------

    async def start(self, host: str, port: int, *, worker: int | None = None) -> int:
        """Serve; returns the port. Raises OSError when it is taken, but by another worker of this one's."""
        name = name_of(port, worker)
        self._worker = worker
        await self.journal.ready()
        await self.webhooks.know_subscriptions()
        if self.cluster is not None:
            await self.cluster.start(self.registry, name)
        await self._wake_drawings()
        self._listener = Listener(self.app, self.clock, host=host, port=port, reuse_port=worker is not None)
        port = await self._listener.start()
        if self.settings.metrics_port:
            await self._metrics_door.open(host, self.settings.metrics_port, worker)
        self.jobs.start()
        log.info("node.serving", host=host, port=port, pid=os.getpid(), version=__version__)
        return port

    async def stop(self) -> None:
        """Turn unready, send clients elsewhere, finish what was begun, close (PROTOCOL, Drain)."""
        log.info("node.draining")
        self.health.drain()
        if self.cluster is not None:
            await self.cluster.leave()
        if self._listener is not None and self._worker is not None:
            await self._listener.turn_away()
        await self.sockets.drain()
        if self._listener is not None:
            await self._listener.stop()
        await self._metrics_door.close()
        await self.close()
        log.info("node.stopped")

    async def close(self) -> None:
        """End what runs behind the server: jobs, actors, journal, database."""
        await self.dev.stop()
        await self.jobs.stop()
        await self.ops.stop()
        await self._reporter.stop()
        await self.beacons.stop()
        for id_tokens in self.accounts.id_tokens.values():
            await id_tokens.stop()
        await self._outgoing.close()
        await self.clients.usage.flush()
        given_up = await self.registry.stop(STOP_ACTORS_WITHIN_S)
        if given_up:
            log.warning("node.gave_up", messages=given_up)
        await self.journal.stop()
        if self.cluster is not None:
            await self.cluster.stop()
        await self.reads.stop()
        if self.windows is not None:
            await self.windows.stop()
        if self._write_engine is not None:
            self._write_engine.dispose()
        self.passwords.stop()

    @property
    def name(self) -> str:
        """What this node is called, to clients and to operators."""
        return self.cluster.node if self.cluster else ALONE

    # --- What parts need of each other --------------------------------------------------------------------

    async def _load_standing(self, session_id: SessionId) -> Standing | None:
        return await self.reads.run(session_queries.standing, session_id, self.clock.now())

    async def _wake_drawings(self) -> None:
        await timers.wake_open_drawings(self.reads, self.registry, self.placement)

    def _holds_lease(self) -> bool:
        return self.cluster is None or self.cluster.holds_lease

    def _revoke(self, user_id: UserId) -> None:
        self.broker.publish(REVOCATIONS, Revocation(user_id))

    async def _check_database(self) -> None:
        await self.reads.run(log_queries.probe)

    async def _check_journal(self) -> None:
        await self.journal.transact(log_queries.probe)

    def _mail_hint(self) -> str:
        if self.settings.smtp_url:
            return ""
        return f"In development it is a file in {self.settings.mail_dir}."


def _websocket_settings(settings: Settings, cluster: Cluster | None) -> WebSocketSettings:
    budgets = settings.websocket
    return WebSocketSettings(
        node=cluster.node if cluster else ALONE,
        server=f"fittrack/{__version__}",
        origins=_origins(settings),
        caps=replace(budgets.caps, connections=connections_that_fit(budgets.caps.connections)),
        per_account_max=budgets.connections_per_account,
        drain_spread_s=budgets.drain_spread_s,
        limits=Limits(
            commands_per_second=budgets.commands_per_second,
            commands_burst=budgets.commands_burst,
            commands_in_flight=budgets.commands_in_flight,
        ),
    )


def _origins(settings: Settings) -> frozenset[str]:
    return frozenset({*settings.cors_origins, settings.public_url})
