"""For tests of actors: virtual time, and an actor that does as it is told.

Everything is deterministic: time moves only when the test moves it, and the event loop runs what is
ready in order.

    registry, clock = a_registry(ActorKind(name="player", factory=Player))
    answer = await registry.ref("player", 7).ask(BuyTickets(…))
    await clock.advance(300)
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from actors.runtime.actor import Actor, EntityId, Held
from actors.runtime.kind import ActorKind
from actors.runtime.placement import Placement
from actors.runtime.promise import Promise
from actors.runtime.registry import Registry
from fittrack.kit.clock import VirtualClock

NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)
# Passes of the event loop after which nothing moves any more, unless it waits for time or for the test.
SETTLING_PASSES = 50


def a_registry(*kinds: ActorKind, placement: Placement | None = None) -> tuple[Registry, VirtualClock]:
    """A registry under a clock that stands still."""
    clock = VirtualClock(NOON)
    registry = Registry(clock, placement=placement)
    for kind in kinds:
        registry.register(kind)
    return registry, clock


async def settle(passes: int = SETTLING_PASSES) -> None:
    """Let everything happen that can without time passing."""
    for _ in range(passes):
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Do:
    """Tells a probe what to do in its turn. `step(probe)` returns what `receive` is to return, or raises."""

    step: Callable[["Probe"], object]
    name: str = ""


def waiting_for(source: "Promise | asyncio.Future[Any]") -> Do:
    """Tells a probe to let its turn last until `source` has an outcome."""
    return Do(lambda _: source)


def holding(source: "Promise | asyncio.Future[Any]") -> Do:
    """Tells a probe to end its turn and to reply with the outcome of `source`."""
    return Do(lambda _: Held(source))


@dataclass(slots=True)
class Notes:
    """What the probes of one kind went through, over all activations, in order."""

    lines: list[tuple[str, EntityId, object]] = field(default_factory=list)

    def of(self, event: str) -> list[object]:
        """The details of all events of one sort: `activated`, `received`, `passivated`."""
        return [detail for what, _, detail in self.lines if what == event]


class Probe(Actor):
    """Does what a `Do` says and echoes any other message, noting all of it."""

    __slots__ = ("generation", "id", "is_busy", "notes", "on_activate", "on_passivate")

    def __init__(
        self,
        entity_id: EntityId,
        notes: Notes,
        on_activate: Callable[["Probe"], object] | None = None,
        on_passivate: Callable[["Probe"], object] | None = None,
    ) -> None:
        self.id = entity_id
        self.notes = notes
        self.on_activate = on_activate
        self.on_passivate = on_passivate
        self.is_busy = False
        self.generation = 1 + sum(who == entity_id for what, who, _ in notes.lines if what == "activated")

    async def activate(self) -> None:
        self.notes.lines.append(("activated", self.id, self.generation))
        await _step(self.on_activate, self)

    def receive(self, message: object) -> object:
        self.notes.lines.append(("received", self.id, message))
        return message.step(self) if isinstance(message, Do) else message

    async def passivate(self) -> None:
        self.notes.lines.append(("passivated", self.id, self.generation))
        await _step(self.on_passivate, self)

    def busy_with(self) -> bool:
        return self.is_busy


async def _step(step: Callable[[Probe], object] | None, probe: Probe) -> None:
    result = None if step is None else step(probe)
    if asyncio.isfuture(result) or asyncio.iscoroutine(result):
        await result


def a_probe_kind(
    notes: Notes,
    *,
    name: str = "probe",
    on_activate: Callable[[Probe], object] | None = None,
    on_passivate: Callable[[Probe], object] | None = None,
    mailbox_max: int = 256,
    idle_after_s: float = 300.0,
    active_max: int = 1_000,
) -> ActorKind:
    """A kind of probes that write into `notes`. The hooks may raise, or return something to wait for."""
    return ActorKind(
        name=name,
        factory=lambda entity_id: Probe(entity_id, notes, on_activate, on_passivate),
        mailbox_max=mailbox_max,
        idle_after_s=idle_after_s,
        active_max=active_max,
    )
