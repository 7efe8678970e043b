"""What joins a node with others. Without Redis it is alone, and each of these stays in its memory."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from actors.runtime import LocalPlacement, Placement
from fittrack.app.base import Base
from fittrack.app.bell import Bell
from fittrack.cluster.cluster import Cluster
from fittrack.config.common import common
from fittrack.kit.clock_watch import REDIS
from fittrack.pubsub.broker import Broker
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.server.shared_windows import SharedWindows
from fittrack.server.windows import MemoryWindows, Windows
from fittrack.travelling import make_register

ALONE: Final = "local"
"""What a node without a cluster calls itself to its clients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Who has which actor, who hears what, and how often anybody asked. `shared` are the windows in Redis."""

    cluster: Cluster | None
    placement: Placement
    broker: Broker
    bell: Bell
    windows: Windows
    shared: SharedWindows | None

    @property
    def node(self) -> str:
        """What this node is called."""
        return self.cluster.node if self.cluster else ALONE

    def nodes(self) -> tuple[str, ...]:
        """What all nodes are called."""
        return tuple(self.cluster.nodes) if self.cluster else (ALONE,)


def link(base: Base) -> Links:
    """With Redis, this node is one of several, or may become so."""
    cluster, shared = _make_cluster(base), _make_shared_windows(base)
    broker: Broker = cluster.broker if cluster else MemoryBroker()
    return Links(
        cluster=cluster,
        placement=cluster.placement if cluster else LocalPlacement(),
        broker=broker,
        bell=Bell(broker),
        windows=shared or MemoryWindows(base.clock),
        shared=shared,
    )


def _make_cluster(base: Base) -> Cluster | None:
    settings = base.settings
    if not settings.redis_url:
        return None
    cluster = Cluster(
        settings.redis_url,
        make_register(),
        base.clock,
        namespace=settings.namespace,
        life_s=settings.cluster_life_s,
        settings=common(settings),
    )
    cluster.membership.on_time = partial(base.clock_watch.heard, REDIS)
    return cluster


def _make_shared_windows(base: Base) -> SharedWindows | None:
    settings = base.settings
    if not settings.redis_url:
        return None
    return SharedWindows(settings.redis_url, base.clock, namespace=settings.namespace)
