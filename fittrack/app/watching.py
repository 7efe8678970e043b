"""What tells how a node fares: its health, and the room of those who watch."""

from dataclasses import dataclass
from functools import partial

from aiohttp import web

from fittrack import __version__
from fittrack.app.parts import Parts
from fittrack.db import log_queries, oracle_faults
from fittrack.db.reads import Reads
from fittrack.gateway import Gateway
from fittrack.kit.problems import Busy
from fittrack.ops.looks import Looks
from fittrack.ops.readings import Meters
from fittrack.ops.roll import Reporter, Roll
from fittrack.ops.room import OpsRoom
from fittrack.pubsub.messages import ChannelEvent
from fittrack.server.health import HealthReporter
from fittrack.server.http import ROUTE_STATS
from fittrack.server.websocket import WebSockets
from protocol.channels import OpsChannel
from protocol.frames import Payload


@dataclass(frozen=True, slots=True)
class Watching:
    """What this node reports to all, and the room where the reports of all come together."""

    reporter: Reporter
    room: OpsRoom
    looks: Looks

    async def stop(self) -> None:
        """Stop reporting."""
        self.looks.stop()
        await self.room.stop()
        await self.reporter.stop()


def make_health(parts: Parts) -> HealthReporter:
    """What must answer for this node to be ready."""
    storage, links = parts.storage, parts.links

    async def check_journal() -> None:
        await storage.journal.transact(log_queries.probe)

    async def check_clock() -> None:
        parts.base.clock_watch.check()

    health = HealthReporter(parts.base.clock, __version__)
    health.watch("database", partial(check_database, storage.reads))
    health.watch("journal", check_journal)
    if links.shared is not None:
        health.watch("redis", links.shared.check)
    if links.cluster is not None:
        health.watch("cluster", links.cluster.check)
    if links.cluster is not None or parts.base.settings.database.oracle_dsn:
        health.watch("clock", check_clock)
    return health


async def check_database(reads: Reads) -> None:
    """Raises `Busy` with the number of Oracle's error: it says why, and holds nothing of anybody's."""
    try:
        await reads.run(log_queries.probe)
    except Busy as busy:
        number = oracle_faults.number_behind(busy)
        raise Busy(f"{busy.detail} ({number})" if number else busy.detail) from busy


def watch(parts: Parts, app: web.Application, gateway: Gateway, sockets: WebSockets) -> Watching:
    """Report from now on; sum up what all report while somebody on this node watches."""
    clock, broker, outlet = parts.base.clock, parts.links.broker, parts.actors.outlet
    sales = parts.actors.sales
    meters = Meters(
        actors=parts.actors.registry.metrics,
        journal=parts.storage.journal.metrics,
        connections=sockets.hub,
        routes=app[ROUTE_STATS].stats,
        commands=gateway.metrics.commands.total,
        purchases=lambda: sales.purchases,
    )
    channel, fanout = str(OpsChannel()), sockets.fanout

    def publish(payload: Payload, lasting: bool) -> None:
        # To whoever listens on this node: each node that is watched sums up all, and reads what was done.
        fanout.publish(ChannelEvent(channel, outlet.position(), payload, lasting))

    roll = Roll(broker, clock, parts.links.nodes)
    return Watching(
        Reporter(meters, broker, clock, parts.links.node),
        OpsRoom(roll, parts.storage.reads, clock, publish, lambda: fanout.size(channel) > 0),
        Looks(broker, lambda looking: publish(looking, True)),
    )
