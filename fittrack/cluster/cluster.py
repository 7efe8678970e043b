"""A node's part in the cluster, wired: link, broker, membership, placement and exchange."""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import structlog

from actors.runtime import Registry
from fittrack.cluster.exchange import Exchange
from fittrack.cluster.membership import Membership, views_channel
from fittrack.cluster.placement import ClusterPlacement
from fittrack.cluster.settings import CommonSettings
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy
from fittrack.kit.travel import Register
from fittrack.pubsub.redis_broker import RedisBroker
from fittrack.pubsub.redis_line import CANARY_WITHIN_S
from fittrack.pubsub.redis_link import redis_link
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl

UP_WITHIN_S: Final = 5.0
"""Seconds that a node which starts waits for Redis; then it serves alone until Redis is there."""

_log = structlog.get_logger(__name__)


class Cluster:
    """Knows the other nodes, and runs this node's share of the actors.

    `namespace` is the deployment's: other deployments may use the same Redis. A node that says nothing for
    `life_s` seconds is gone for the others. `settings` are those that all nodes should have in common.
    """

    def __init__(
        self,
        url: str,
        register: Register,
        clock: Clock,
        *,
        namespace: str,
        life_s: float,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        place = RedisUrl.parse(url)
        self._redis = redis_client(place)
        self.node = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._clock = clock
        self._views = views_channel(namespace)
        self._link = redis_link(place, clock, f"{namespace}:c:{self.node}")
        self.membership = Membership(self._redis, clock, namespace=namespace, node=self.node, life_s=life_s)
        self.settings = CommonSettings(
            self._redis, clock, namespace=namespace, node=self.node, own=settings, nodes=lambda: self.nodes
        )
        self.placement = ClusterPlacement(self.node)
        self.broker = RedisBroker(self._link, register, clock, namespace=namespace, node=self.node)
        self.exchange = Exchange(
            self._link, register, self.membership, self.placement, clock, namespace=namespace
        )
        self._on_moved: list[Callable[[], Awaitable[None]]] = []
        self._moves = asyncio.Event()
        self._renounces = False
        self._mover: asyncio.Task[None] | None = None
        self._link.hear(self._views, lambda _: self.membership.look())
        self._link.when_ready(self.membership.look)
        self.membership.announce = self._announce
        self.membership.on_view = self._follow
        self.membership.on_lapse = self._renounce

    @property
    def holds_lease(self) -> bool:
        """See `Membership.holds_lease`."""
        return self.membership.holds_lease

    @property
    def changed_at(self) -> float:
        """See `Membership.changed_at`."""
        return self.membership.changed_at

    @property
    def lag_s(self) -> float:
        """How old the view may be by which a node that holds its lease says who runs what."""
        return self.membership.lease_s

    @property
    def nodes(self) -> Sequence[str]:
        """The nodes that are there, as this one knows."""
        return self.membership.view.nodes

    @property
    def is_linked(self) -> bool:
        """Whether everything can be said to other nodes, and heard."""
        return self._link.is_up

    @property
    def silent_for_s(self) -> float:
        """See `RedisLink.silent_for_s`."""
        return self._link.silent_for_s

    @property
    def link_losses(self) -> int:
        """See `RedisLink.losses`."""
        return self._link.losses

    @property
    def dropped(self) -> int:
        """What was to be said to other nodes and was not: who missed it finds out by itself."""
        return self._link.dropped

    @property
    def unreadable(self) -> int:
        """What another version said to this one, which does not understand it."""
        return self.exchange.metrics.unreadable + self.broker.unreadable

    def when_moved(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Wait for `callback` after the placement changed and the actors that run elsewhere have left."""
        self._on_moved.append(callback)

    async def start(self, registry: Registry, name: str, *, renewed_within_s: float = 0.0) -> None:
        """Join the others. Without Redis, serve alone until it is there.

        `name` is the same at every start of this node: it takes its predecessor's place. Empty: it has
        none. So long a successor may have this one's before this one is told to stop.
        """
        self.membership.replacement.patience_s = renewed_within_s
        self._registry = registry
        self.exchange.serve(registry)
        if not await self._link.start(UP_WITHIN_S):
            _log.warning("cluster.alone", reason="Redis cannot be reached")
        self._mover = asyncio.get_running_loop().create_task(self._move())
        await self.settings.start()  # others look when it joins
        await self.membership.join(name)
        self.membership.start()

    async def leave(self) -> None:
        """Take no actors any more, and hand over those that are here, unless there is nobody else."""
        await self.membership.leave()

    async def depart(self) -> None:
        """No client is here any more: whoever else still has some takes the rest of the actors."""
        await self.membership.depart()

    async def stop(self) -> None:
        """Close everything."""
        if self._mover is not None:
            self._mover.cancel()
            await asyncio.gather(self._mover, return_exceptions=True)
        await self.settings.stop()
        await self.membership.stop()
        await self.exchange.stop()
        await self._link.stop()
        await self._redis.aclose()

    async def check(self) -> str:
        """Raise `Busy` when this node does not hear itself through Redis, or nobody lists it (readiness).

        Says what settings other nodes have otherwise: that keeps none of them from serving.
        """
        if not self._link.is_up or self._link.silent_for_s > CANARY_WITHIN_S:
            raise Busy("The link between the nodes does not work")
        if not self.membership.is_heard:
            raise Busy("Redis does not take this node's heartbeats")
        if self.membership.replacement.lasts:
            raise Busy(f"Another node has this one's place: {self.membership.replacement.by}")
        return self.settings.sentence

    def _announce(self) -> None:
        self._link.say(self._views, b"")

    def _follow(self) -> None:
        view = self.membership.view
        self.exchange.follow(view.nodes)
        self.placement.follow(view, self.exchange.peer)
        self.settings.look()
        self._moves.set()

    def _renounce(self) -> None:
        self._renounces = True
        self._moves.set()

    async def _move(self) -> None:
        while True:
            await self._moves.wait()
            self._moves.clear()
            try:
                if self._renounces:
                    self._renounces = False
                    _log.info("cluster.renounced", actors=await self._registry.renounce())
                if moved := await self._registry.move_away():
                    _log.info("cluster.moved", actors=moved)
                if self.membership.is_there:
                    for callback in self._on_moved:
                        await callback()
            except Exception:
                _log.exception("cluster.not_moved")
