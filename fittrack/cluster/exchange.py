"""Asks across nodes: the runtime's port `Peer`, over the nodes' inboxes in Redis.

An inbox is a channel that one node listens to. What is put into it may get lost, with or without its effect:
an ask is answered once, at the latest at its deadline, and says honestly what is known. `busy`: nothing
happened. `outcome-unknown`: it may have. Of a tell nobody hears: what does not get to its actor is counted.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import structlog
from msgspec.structs import replace

from actors.runtime import EntityId, Listener, Outcome, Registry
from fittrack.cluster.asking import Asking
from fittrack.cluster.membership import Membership
from fittrack.cluster.metrics import ExchangeMetrics
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
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy, Internal, OutcomeUnknown, Problem
from fittrack.kit.seldom import Seldom
from fittrack.kit.travel import UNREADABLE, NotRegisteredError, Parcel, Register
from fittrack.pubsub.redis_link import RedisLink

BEHIND_MAX_S: Final = 3.0
"""Seconds, three words of the link to itself: what may have lain unread for longer is judged by the time of
day until which somebody waits. Before that, what clocks show does not matter."""

_log = structlog.get_logger(__name__)


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
        self._outgoing: dict[str, list[Item]] = {}
        self._strays = Strays(clock, membership.refreshed)
        self._untold_log, self._unreadable_log = Seldom(clock), Seldom(clock)
        self.metrics = ExchangeMetrics()
        self._asking = Asking(
            register, self._strays, clock, self.metrics, put=self._put, node_of=self._node_of
        )
        self.ask = self._asking.ask
        inbox = self._inbox(membership.node)
        link.hear(inbox, self._receive)
        link.when_lost(inbox, self._asking.lost)

    def serve(self, registry: Registry) -> None:
        """Hand what comes to these actors."""
        self._registry = registry
        self._asking.start(registry)

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
        await self._asking.stop()

    # --- Telling ------------------------------------------------------------------------------------------

    def tell(self, node: str, kind: str, entity_id: Any, message: Any, cause: str | None) -> None:
        """See `Peer.send`."""
        if not self._link.is_up:
            self.metrics.untold += 1
            raise Busy("The node that has it cannot be reached; nothing happened")
        self.metrics.asked += 1
        self._put(node, Ask(0, kind, entity_to_wire(entity_id), *self._register.pack(message), 0, cause))

    def _tell_again(self, told: Ask) -> None:
        """It did not get to its actor: look who is there, and send it on unless that was done."""
        self.metrics.astray += 1
        if not self._strays.add(partial(self._send_on, told)):
            self._lose(told, "too much is astray")

    def _send_on(self, told: Ask) -> None:
        node = self._node_of(told.kind, entity_from_wire(told.entity))
        if node is None:
            self._serve(self._membership.node, told)
        elif told.sent_on:
            self._lose(told, "nodes do not agree on who has the actor")
        else:
            self._put(node, replace(told, sent_on=True))

    def _node_of(self, kind: str, entity_id: EntityId) -> str | None:
        """Who runs an actor; None: this node."""
        peer = self._placement.locate(kind, entity_id)
        return peer.node if isinstance(peer, RemotePeer) else None

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
                self._asking.settle(ask.number, Busy("Redis cannot be reached; nothing happened"))
            else:
                self._lose(ask, "Redis cannot be reached")

    def _told(self, items: Sequence[Item], heard_by: int | None) -> None:
        if heard_by:
            return
        for ask in _asks(items):
            if heard_by is None:
                self._asking.never_known(ask.number)
            elif ask.number:
                self._asking.bring_again(ask.number)
            else:
                self._tell_again(ask)

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
                    self._asking.bring_again(number)

    def _take_reply(self, number: int, parcel: Parcel) -> None:
        try:
            outcome = self._register.unpack(parcel)
        except UNREADABLE as error:
            self.metrics.unreadable += 1
            self._unreadable_log.say(_log, "cluster.reply_unreadable", message=parcel[0], error=repr(error))
            outcome = OutcomeUnknown()
        self._asking.settle(number, outcome)

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
            answer = partial(self._answer, sender, ask.number)
            ref.send(message, answer, timeout_s=self._left_s(ask), cause=ask.cause)
            return
        try:
            ref.tell(message, cause=ask.cause)
        except Busy as busy:
            self._lose(ask, busy.detail)

    def _left_s(self, ask: Ask) -> float:
        """How long somebody still waits; below zero, nobody does."""
        if ask.left_ms and self._link.behind_s(self._inbox(self._membership.node)) < BEHIND_MAX_S:
            return ask.left_ms / 1000
        by_day_s = ask.until_ms / 1000 - self._clock.now().timestamp()
        return min(by_day_s, ask.left_ms / 1000) if ask.left_ms else by_day_s

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
