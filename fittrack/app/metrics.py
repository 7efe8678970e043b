"""Everything that a node counts, for Prometheus."""

from collections.abc import Callable, Iterator

from prometheus_client import GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.registry import Collector

from fittrack import __version__
from fittrack.app.jobs import NodeJobs
from fittrack.app.parts import Parts
from fittrack.app.server import Server
from fittrack.ops.metrics.actors import ActorCollector
from fittrack.ops.metrics.cluster import ClusterCollector
from fittrack.ops.metrics.database import JournalCollector, ReadCollector
from fittrack.ops.metrics.limits import LimitCollector
from fittrack.ops.metrics.live import LiveCollector
from fittrack.ops.metrics.node import ClockCollector, JobCollector, NodeCollector
from fittrack.ops.metrics.outgoing import (
    BacklogCollector,
    CheckCollector,
    MailCollector,
    TrackerCollector,
    WebhookCollector,
)
from fittrack.ops.metrics.play import PlayCollector


def expose(parts: Parts, jobs: NodeJobs, server: Server, worker: Callable[[], int | None]) -> None:
    """Register what parts, jobs and server count. `worker` is asked when somebody reads."""
    metrics = parts.base.metrics
    metrics.register(NodeCollector(parts.links.node, __version__, worker))
    metrics.register(ClockCollector(parts.base.clock_watch))
    metrics.register(JobCollector(jobs.record))
    metrics.register(LiveCollector(server.sockets, lambda: server.gateway.metrics))
    metrics.register(LimitCollector(server.limiter, parts.links.shared))
    for collector in _of_parts(parts):
        metrics.register(collector)
    ProcessCollector(registry=metrics)
    PlatformCollector(registry=metrics)
    GCCollector(registry=metrics)


def _of_parts(parts: Parts) -> Iterator[Collector]:
    storage, actors, partners = parts.storage, parts.actors, parts.partners
    yield ActorCollector(actors.registry.metrics)
    yield JournalCollector(storage.journal.metrics)
    yield ReadCollector(storage.reads)
    yield PlayCollector(actors.sales, actors.draws, actors.prize_steps)
    yield MailCollector(partners.mail.metrics)
    yield WebhookCollector(partners.deliveries)
    providers = (name for names in actors.catalogue.fetched.values() for name in names)
    yield TrackerCollector(partners.connections.syncs, providers)
    yield BacklogCollector(partners.backlogs)
    yield CheckCollector(partners.backlogs)
    if parts.links.cluster is not None:
        yield ClusterCollector(parts.links.cluster)
