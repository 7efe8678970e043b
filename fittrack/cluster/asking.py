"""Asks of other nodes that are under way: each is answered once, at the latest at its deadline."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, Final

import structlog
from msgspec import Struct

from actors.runtime import EntityId, Listener, Outcome, Registry
from fittrack.cluster.metrics import ExchangeMetrics
from fittrack.cluster.packets import Ask, entity_to_wire
from fittrack.cluster.strays import Strays
from fittrack.kit import tracing
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy, OutcomeUnknown
from fittrack.kit.tracing import ending
from fittrack.kit.travel import Parcel, Register

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


class Asking:
    """Brings asks to nodes, and knows who waits for which answer.

    `put` sends an ask to a node; `node_of` says which one runs an actor, None: this one.
    """

    def __init__(
        self,
        register: Register,
        strays: Strays,
        clock: Clock,
        metrics: ExchangeMetrics,
        *,
        put: Callable[[str, Ask], None],
        node_of: Callable[[str, EntityId], str | None],
    ) -> None:
        self._register = register
        self._strays = strays
        self._clock = clock
        self._metrics = metrics
        self._put = put
        self._node_of = node_of
        self._registry: Registry
        self._pending: dict[int, Pending] = {}
        self._numbers = count(1)
        self._forgetting: asyncio.Task[None] | None = None

    def start(self, registry: Registry) -> None:
        """Actors that turn out to run here are among these."""
        self._registry = registry
        self._forgetting = asyncio.get_running_loop().create_task(self._forget())

    async def stop(self) -> None:
        """What is asked is no longer answered."""
        if self._forgetting is not None:
            self._forgetting.cancel()
            await asyncio.gather(self._forgetting, return_exceptions=True)

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

    def settle(self, number: int, outcome: Outcome) -> None:
        """The answer to that ask, if nobody else gave one."""
        pending = self._pending.pop(number, None)
        if pending is not None:
            pending.on_reply(outcome)

    def bring_again(self, number: int) -> None:
        """It did not get to its actor: look who is there, and try once more."""
        pending = self._pending.pop(number, None)
        if pending is None:
            return
        self._metrics.astray += 1
        pending.tries += 1
        if pending.tries > TRIES_MAX or not self._strays.add(partial(self._redirect, pending)):
            pending.on_reply(Busy("The node that has it cannot be reached; nothing happened"))

    def never_known(self, number: int) -> None:
        """Its way was lost: whether it got there is not known."""
        self._metrics.unknown += 1
        self.settle(number, OutcomeUnknown())

    def lost(self) -> None:
        """Nothing is heard at the moment: answers may be lost."""
        for number in tuple(self._pending):
            self.never_known(number)

    def _bring(self, pending: Pending) -> None:
        self._metrics.asked += 1
        number = next(self._numbers)
        self._pending[number] = pending
        entity = entity_to_wire(pending.entity_id)
        left_ms = max(1, int(1000 * self._left_s(pending)))
        until_ms = int(self._clock.now().timestamp() * 1000) + left_ms
        ask = Ask(number, pending.kind, entity, *pending.parcel, until_ms, pending.cause, left_ms=left_ms)
        self._put(pending.node, ask)

    def _redirect(self, pending: Pending) -> None:
        node = self._node_of(pending.kind, pending.entity_id)
        if node is not None:
            pending.node = node
            self._bring(pending)
        else:
            ref = self._registry.ref(pending.kind, pending.entity_id)
            ref.send(pending.message, pending.on_reply, timeout_s=self._left_s(pending), cause=pending.cause)

    def _left_s(self, pending: Pending) -> float:
        return pending.until - self._clock.monotonic()

    async def _forget(self) -> None:
        while True:
            await self._clock.sleep(FORGET_EVERY_S)
            now = self._clock.monotonic()
            for number in [n for n, pending in self._pending.items() if pending.until < now]:
                self.settle(number, OutcomeUnknown())
