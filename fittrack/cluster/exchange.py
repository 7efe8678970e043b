"""Asks across nodes: the runtime's port `Peer`, over the nodes' inboxes in Redis.

An inbox is a channel that one node listens to. What is put into it may get lost, with or without its effect:
an ask is answered once, at the latest at its deadline, and says honestly what is known. `busy`: nothing
happened. `outcome-unknown`: it may have. Of a tell nobody hears: what does not get to its actor is counted.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from actors.runtime import EntityId, Listener, Outcome, Registry
from fittrack.cluster.membership import Membership
from fittrack.cluster.packets import (
    Ask,
    Item,
    Moved,
    Reply,
    entity_from_wire,
    entity_to_wire,
    read,
    write,
)
from fittrack.cluster.placement import ClusterPlacement
from fittrack.cluster.strays import Strays
from fittrack.kit import tracing
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy, Internal, OutcomeUnknown, Problem
from fittrack.kit.seldom import Seldom
from fittrack.kit.tracing import ending
from fittrack.kit.travel import UNREADABLE, NotRegisteredError, Parcel, Register
from fittrack.pubsub.redis_link import RedisLink

TRIES_MAX: Final = 4
"""Nodes that an ask is brought to, one after the other, while views differ."""

FORGET_EVERY_S: Final = 5.0
"""How often asks are forgotten whose deadline has passed: who asked was told by the runtime."""

_log = structlog.get_logger(__name__)


class Pending(Struct, eq=False, gc=False):
    """An ask under way, that is to be answered once."""

    kind: str
    entity_id: Any
    message: Any
    parcel: Parcel
    until: float
    """Of the monotonic clock."""
    on_reply: Listener
    node: str
    cause: str | None
    tries: int = 1


class RemotePeer:
    """A node that runs actors: the port `Peer`."""

    __slots__ = ("_exchange", "node")

    def __init__(self, exchange: "Exchange", node: str) -> None:
        self._exchange = exchange
        self.node = node

    def send(
        self,
        kind: str,
        entity_id: EntityId,
        message: object,
        on_reply: Listener | None,
        *,
        timeout_s: float | None,
        cause: str | None,
    ) -> None:
        """See `Peer`. Raises `Busy` for a tell that cannot be sent."""
        if on_reply is None:
            self._exchange.tell(self.node, kind, entity_id, message, cause)
        else:
            assert timeout_s is not None, "an ask has a deadline"
            self._exchange.ask(
                self.node, kind, entity_id, message, on_reply=on_reply, timeout_s=timeout_s, cause=cause
            )


@dataclass(slots=True)
class ExchangeMetrics:
    """What happened between nodes since the start."""

    asked: int = 0
    """Messages for actors elsewhere."""
    served: int = 0
    """Messages of other nodes for actors here."""
    astray: int = 0
    """Messages that came to a node that does not run their actor, or to none: brought again, a tell once."""
    untold: int = 0
    """Messages that nobody waits for and that got to no actor: who sent them was refused, or is not told."""
    unknown: int = 0
    """Messages whose way or answer was lost with Redis."""
    unreadable: int = 0
    """Messages and answers of another version that this one does not understand."""


class Exchange:
    """Sends to actors elsewhere, and serves what other nodes send to the actors here."""

    def __init__(
        self,
        link: RedisLink,
        register: Register,
        membership: Membership,
        placement: ClusterPlacement,
        clock: Clock,
        *,
        namespace: str,
    ) -> None:
        self._link = link
        self._register = register
        self._membership = membership
        self._placement = placement
        self._clock = clock
        self._namespace = namespace
        self._registry: Registry
        self._peers: dict[str, RemotePeer] = {}
        self._pending: dict[int, Pending] = {}
        self._numbers = count(1)
        self._outgoing: dict[str, list[Item]] = {}
        self._strays = Strays(clock, membership.refreshed)
        self._untold_log, self._unreadable_log = Seldom(clock), Seldom(clock)
        self._forgetting: asyncio.Task[None] | None = None
        self.metrics = ExchangeMetrics()
        inbox = self._inbox(membership.node)
        link.hear(inbox, self._receive)
        link.when_lost(inbox, self._lost)

    def serve(self, registry: Registry) -> None:
        """Hand what comes to these actors."""
        self._registry = registry
        self._forgetting = asyncio.get_running_loop().create_task(self._forget())

    def peer(self, node: str) -> RemotePeer:
        """How `node` is reached."""
        peer = self._peers.get(node)
        if peer is None:
            peer = self._peers[node] = RemotePeer(self, node)
        return peer

    def follow(self, nodes: Sequence[str]) -> None:
        """Forget the peers that are gone."""
        self._peers = {node: peer for node, peer in self._peers.items() if node in nodes}

    async def stop(self) -> None:
        """End what runs beside; what is asked is no longer answered."""
        await self._strays.stop()
        if self._forgetting is not None:
            self._forgetting.cancel()
            await asyncio.gather(self._forgetting, return_exceptions=True)

    # --- Asking -------------------------------------------------------------------------------------------

    def ask(
        self,
        node: str,
        kind: str,
        entity_id: Any,
        message: Any,
        *,
        on_reply: Listener,
        timeout_s: float,
        cause: str | None,
    ) -> None:
        """See `Peer.send`."""
        if tracing.recorder is not None and cause:
            span = tracing.recorder.begin(
                f"ask {kind}", cause, kind="client", attributes={"fittrack.node": node}
            )
            cause, on_reply = span.cause, ending(span, on_reply)
        until = self._clock.monotonic() + timeout_s
        parcel = self._register.pack(message)
        self._bring(Pending(kind, entity_id, message, parcel, until, on_reply, node, cause))

    def tell(self, node: str, kind: str, entity_id: Any, message: Any, cause: str | None) -> None:
        """See `Peer.send`."""
        if not self._link.is_up:
            self.metrics.untold += 1
            raise Busy("The node that has it cannot be reached; nothing happened")
        self.metrics.asked += 1
        self._put(node, Ask(0, kind, entity_to_wire(entity_id), *self._register.pack(message), 0, cause))

    def _bring(self, pending: Pending) -> None:
        self.metrics.asked += 1
        number = next(self._numbers)
        self._pending[number] = pending
        entity = entity_to_wire(pending.entity_id)
        left_ms = max(1, int(1000 * self._left_s(pending)))
        until_ms = _ms(self._clock) + left_ms
        ask = Ask(number, pending.kind, entity, *pending.parcel, until_ms, pending.cause, left_ms=left_ms)
        self._put(pending.node, ask)

    def _bring_again(self, number: int) -> None:
        """It did not get to its actor: look who is there, and try once more."""
        pending = self._pending.pop(number, None)
        if pending is None:
            return
        self.metrics.astray += 1
        pending.tries += 1
        if pending.tries > TRIES_MAX or not self._strays.add(partial(self._redirect, pending)):
            pending.on_reply(Busy("The node that has it cannot be reached; nothing happened"))

    def _redirect(self, pending: Pending) -> None:
        peer = self._placement.locate(pending.kind, pending.entity_id)
        if isinstance(peer, RemotePeer):
            pending.node = peer.node
            self._bring(pending)
        else:
            ref = self._registry.ref(pending.kind, pending.entity_id)
            ref.send(pending.message, pending.on_reply, timeout_s=self._left_s(pending), cause=pending.cause)

    def _left_s(self, pending: Pending) -> float:
        return pending.until - self._clock.monotonic()

    def _tell_again(self, told: Ask) -> None:
        """It did not get to its actor: look who is there, and send it on unless that was done."""
        self.metrics.astray += 1
        if not self._strays.add(partial(self._send_on, told)):
            self._lose(told, "too much is astray")

    def _send_on(self, told: Ask) -> None:
        peer = self._placement.locate(told.kind, entity_from_wire(told.entity))
        if not isinstance(peer, RemotePeer):
            self._serve(self._membership.node, told)
        elif told.sent_on:
            self._lose(told, "nodes do not agree on who has the actor")
        else:
            self._put(peer.node, replace(told, sent_on=True))

    def _lose(self, told: Ask, reason: str) -> None:
        self.metrics.untold += 1
        facts = {"kind": told.kind, "message": told.name, "cause": told.cause, "reason": reason}
        self._untold_log.say(_log, "cluster.not_told", **facts)

    # --- Packets ------------------------------------------------------------------------------------------

    def _put(self, node: str, item: Item) -> None:
        """Send `item` with whatever else is for `node` in this turn of the event loop."""
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._flush)
        self._outgoing.setdefault(node, []).append(item)

    def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, {}
        for node, items in outgoing.items():
            self._send(node, items)

    def _send(self, node: str, items: list[Item]) -> None:
        if not self._link.hears(self._inbox(self._membership.node)):
            self._not_sent([ask for ask in _asks(items) if ask.number])  # their answers would be missed
            items = [item for item in items if not (isinstance(item, Ask) and item.number)]
        for data, together in write(self._membership.node, items):
            if not self._link.say(self._inbox(node), data, partial(self._told, together)):
                self._not_sent(together)

    def _not_sent(self, items: Sequence[Item]) -> None:
        for ask in _asks(items):
            if ask.number:
                self._settle(ask.number, Busy("Redis cannot be reached; nothing happened"))
            else:
                self._lose(ask, "Redis cannot be reached")

    def _told(self, items: Sequence[Item], heard_by: int | None) -> None:
        if heard_by:
            return
        for ask in _asks(items):
            if heard_by is None:
                self._never_known(ask.number)
            elif ask.number:
                self._bring_again(ask.number)
            else:
                self._tell_again(ask)

    def _lost(self) -> None:
        """Nothing is heard at the moment: answers may be lost."""
        for number in tuple(self._pending):
            self._never_known(number)

    def _never_known(self, number: int) -> None:
        self.metrics.unknown += 1
        self._settle(number, OutcomeUnknown())

    def _settle(self, number: int, outcome: Outcome) -> None:
        pending = self._pending.pop(number, None)
        if pending is not None:
            pending.on_reply(outcome)

    async def _forget(self) -> None:
        while True:
            await self._clock.sleep(FORGET_EVERY_S)
            now = self._clock.monotonic()
            for number in [n for n, pending in self._pending.items() if pending.until < now]:
                self._settle(number, OutcomeUnknown())

    # --- Serving ------------------------------------------------------------------------------------------

    def _receive(self, data: bytes) -> None:
        sender, items, unreadable = read(data)
        if unreadable:  # another version of the product runs there
            self.metrics.unreadable += unreadable
            self._unreadable_log.say(_log, "cluster.packet_unreadable", sender=sender, items=unreadable)
        for item in items:
            match item:
                case Reply(number, name, value):
                    self._take_reply(number, (name, value))
                case Ask():
                    self._serve(sender, item)
                case Moved(number):
                    self._bring_again(number)

    def _take_reply(self, number: int, parcel: Parcel) -> None:
        try:
            outcome = self._register.unpack(parcel)
        except UNREADABLE as error:
            self.metrics.unreadable += 1
            self._unreadable_log.say(_log, "cluster.reply_unreadable", message=parcel[0], error=repr(error))
            outcome = OutcomeUnknown()
        self._settle(number, outcome)

    def _serve(self, sender: str, ask: Ask) -> None:
        try:
            entity_id = entity_from_wire(ask.entity)
            if not self._placement.is_here(ask.kind, entity_id):
                self._turn_away(sender, ask)
                return
            ref = self._registry.ref(ask.kind, entity_id)
            message = self._register.unpack((ask.name, ask.value))
        except UNREADABLE as error:
            self._not_understood(sender, ask, error)
            return
        self.metrics.served += 1
        if ask.number:
            left_s = (ask.left_ms or ask.until_ms - _ms(self._clock)) / 1000
            answer = partial(self._answer, sender, ask.number)
            ref.send(message, answer, timeout_s=left_s, cause=ask.cause)
            return
        try:
            ref.tell(message, cause=ask.cause)
        except Busy as busy:
            self._lose(ask, busy.detail)

    def _turn_away(self, sender: str, ask: Ask) -> None:
        if ask.number:
            self._put(sender, Moved(ask.number, self._membership.view.version))
        else:
            self._tell_again(ask)

    def _not_understood(self, sender: str, ask: Ask, error: Exception) -> None:
        self.metrics.unreadable += 1
        facts = {"kind": ask.kind, "message": ask.name, "cause": ask.cause, "error": repr(error)}
        self._unreadable_log.say(_log, "cluster.message_unreadable", **facts)
        if ask.number:
            self._answer(sender, ask.number, Busy("Another version runs there; nothing happened"))
        else:
            self._lose(ask, "another version runs here")

    def _answer(self, sender: str, number: int, outcome: Outcome) -> None:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Problem):
            outcome = Internal()
        try:
            parcel = self._register.pack(outcome)
        except NotRegisteredError:
            _log.exception("cluster.answer_cannot_travel")
            parcel = self._register.pack(OutcomeUnknown())
        self._put(sender, Reply(number, *parcel))

    def _inbox(self, node: str) -> str:
        return f"{self._namespace}:n:{node}"


def _asks(items: Iterable[Item]) -> Iterator[Ask]:
    return (item for item in items if isinstance(item, Ask))


def _ms(clock: Clock) -> int:
    return int(clock.now().timestamp() * 1000)
