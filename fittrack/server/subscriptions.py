"""One connection's channels: asked for one at a time, as the outbox has room.

Fifty snapshots at once would overflow a phone's outbox after every reconnect; so the next is fetched
only when the former went out. `sub` and `unsub` are done in the order in which they came.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from fittrack.kit.correlation import own_context
from fittrack.kit.problems import Internal, Problem
from fittrack.server.fanout import FanOut
from fittrack.server.outbox import Outbox
from fittrack.server.ports import Snapshot
from fittrack.server.principal import Principal
from protocol.channels import Channel
from protocol.exchange import Exchange

TakeSnapshot = Callable[[Principal, Channel], Awaitable[Snapshot]]
FindAudience = Callable[[Principal, Channel], Awaitable[str]]

_log = structlog.get_logger(__name__)


class Subscriptions:
    """The channels of one connection. Made at its first `sub`."""

    __slots__ = ("_asked", "_fanout", "_find_audience", "_joined", "_outbox", "_take_snapshot", "_worker")

    def __init__(
        self, fanout: FanOut, outbox: Outbox, take_snapshot: TakeSnapshot, find_audience: FindAudience
    ) -> None:
        self._fanout = fanout
        self._outbox = outbox
        self._take_snapshot = take_snapshot
        self._find_audience = find_audience
        self._joined: tuple[
            tuple[str, str], ...
        ] = ()  # channel and audience; few: a set would take 200 bytes
        self._asked: deque[tuple[Principal | None, Exchange, Channel]] | None = None
        self._worker: asyncio.Task[None] | None = None

    def subscribe(self, principal: Principal, exchange: Exchange, channel: Channel) -> None:
        """`ok`, then the snapshot, then the events; again from a snapshot if subscribed already."""
        self._ask(principal, exchange, channel)

    def unsubscribe(self, exchange: Exchange, channel: Channel) -> None:
        """No more events, then `ok`. What is on its way already may still arrive."""
        self._ask(None, exchange, channel)

    def room_again(self) -> None:
        """The outbox takes more."""
        self._go_on()

    def stop(self) -> None:
        """The connection is gone."""
        self._asked = None
        if self._worker is not None:
            self._worker.cancel()
        for name, audience in self._joined:
            self._fanout.leave(name, self._outbox, audience)
        self._joined = ()

    def _ask(self, principal: Principal | None, exchange: Exchange, channel: Channel) -> None:
        if self._asked is None:
            self._asked = deque()
        self._asked.append((principal, exchange, channel))
        self._go_on()

    def _go_on(self) -> None:
        if self._asked and self._worker is None and self._outbox.room:
            self._worker = asyncio.get_running_loop().create_task(self._work(), context=own_context())

    async def _work(self) -> None:
        while self._asked and self._outbox.room:
            principal, exchange, channel = self._asked.popleft()
            if principal is None:
                self._leave(str(channel))
                exchange.ok()
            else:
                await self._join(principal, exchange, channel)
        self._worker = None
        if not self._asked:
            self._asked = None
        self._go_on()

    async def _join(self, principal: Principal, exchange: Exchange, channel: Channel) -> None:
        name = str(channel)
        self._leave(name)
        try:
            audience = await self._find_audience(principal, channel)
            membership = self._fanout.join(name, self._outbox, audience)
            self._joined = (*self._joined, (name, audience))
            await self._fanout.listening(name, audience)
            snapshot = await self._take_snapshot(principal, channel)
        except Problem as problem:
            self._leave(name)
            exchange.err(problem)
        except Exception:
            _log.exception("no snapshot", channel=name)
            self._leave(name)
            exchange.err(Internal())
        else:
            exchange.ok()
            membership.begin(snapshot)
            self._outbox.flush()

    def _leave(self, name: str) -> None:
        for joined in self._joined:
            if joined[0] == name:
                self._joined = tuple(other for other in self._joined if other is not joined)
                self._fanout.leave(name, self._outbox, joined[1])
