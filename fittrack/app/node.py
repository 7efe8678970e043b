"""A node: builds the parts of one process, wires them by hand, starts and stops them."""

import os
import sys
from collections.abc import Callable
from typing import Final

import structlog

from fittrack import __version__
from fittrack.accounts.passwords import Passwords
from fittrack.app.base import lay
from fittrack.app.jobs import NodeJobs
from fittrack.app.metrics import expose
from fittrack.app.parts import put_together
from fittrack.app.server import build_server
from fittrack.cluster.naming import name_of
from fittrack.cluster.replacement import RENEWED_WITHIN_S
from fittrack.config import Settings
from fittrack.db.handles import Engine
from fittrack.db.journal.host import WriterHost
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.fairness.beacon import QUICKNET, Chain
from fittrack.kit.clock import Clock, SystemClock
from fittrack.server.listener import Listener

SWITCH_INTERVAL_S: Final = 0.0001
"""With the default of 5 ms a busy event loop holds threads that read up at each statement (DESIGN 3)."""

STOP_ACTORS_WITHIN_S: Final = 5.0
"""Seconds for turns under way and held replies, mostly milliseconds. One that hangs may make an end later
than the 25 s of a drain."""

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
        base = lay(settings, clock or SystemClock())
        parts = put_together(
            base,
            on_fatal=on_fatal,
            passwords=passwords or Passwords(),
            writer=writer,
            store=store,
            chain=chain,
        )
        self.storage, self.links, self.actors = parts.storage, parts.links, parts.actors
        self.identity, self.partners = parts.identity, parts.partners
        self.jobs = NodeJobs(parts)
        self.server = build_server(parts, self.jobs)
        # What programs reach for that run a node themselves.
        self.settings, self.clock, self.clock_watch = settings, base.clock, base.clock_watch
        self.calendar, self.sealer = base.calendar, base.sealer
        self.journal, self.reads = parts.storage.journal, parts.storage.reads
        self.registry, self.broker = parts.actors.registry, parts.links.broker
        self.app, self.metrics = self.server.app, base.metrics
        self._outgoing = base.outgoing
        self._listener: Listener | None = None
        self._worker: int | None = None
        expose(parts, self.jobs, self.server, lambda: self._worker)
        if parts.links.cluster is not None:
            parts.links.cluster.when_moved(parts.actors.wake_drawings)

    async def start(self, host: str, port: int, *, worker: int | None = None) -> int:
        """Serve; returns the port. Raises OSError when it is taken, but by another worker of this one's."""
        name = name_of(host, port, worker)
        self._worker = worker
        await self.journal.ready()
        await self.partners.webhooks.know_subscriptions()
        await self.jobs.comparison.begin()  # before others hand it their drawings
        if self.links.cluster is not None:
            renewed_within_s = 0.0 if worker is None else RENEWED_WITHIN_S
            await self.links.cluster.start(self.registry, name, renewed_within_s=renewed_within_s)
        await self.actors.wake_drawings()
        self._listener = Listener(self.app, self.clock, host=host, port=port, reuse_port=worker is not None)
        port = await self._listener.start()
        if self.settings.metrics_port:
            await self.server.metrics_door.open(host, self.settings.metrics_port, worker)
        self.jobs.start()
        log.info("node.serving", host=host, port=port, pid=os.getpid(), version=__version__)
        return port

    async def stop(self) -> None:
        """Turn unready, send clients elsewhere, finish what was begun, close (PROTOCOL, Drain)."""
        log.info("node.draining")
        self.server.health.drain()
        if self.links.cluster is not None:
            await self.links.cluster.leave()
        if self._listener is not None and self._worker is not None:
            await self._listener.turn_away()
        await self.server.sockets.drain()
        if self._listener is not None:
            await self._listener.stop()
        if self.links.cluster is not None:
            await self.links.cluster.depart()
        await self.server.metrics_door.close()
        await self.close()
        log.info("node.stopped")

    async def close(self) -> None:
        """End what runs behind the server: jobs, actors, journal, database."""
        await self.server.dev.stop()
        await self.jobs.stop()
        await self.server.watching.stop()
        await self.actors.beacons.stop()
        for id_tokens in self.identity.accounts.id_tokens.values():
            await id_tokens.stop()
        await self._outgoing.close()
        await self.identity.clients.usage.flush()
        given_up = await self.registry.stop(STOP_ACTORS_WITHIN_S)
        if given_up:
            log.warning("node.gave_up", messages=given_up)
        await self.journal.stop()
        if self.links.cluster is not None:
            await self.links.cluster.stop()
        await self.storage.stop()
        if self.links.shared is not None:
            await self.links.shared.stop()
        self.identity.passwords.stop()
