"""The post: brings messages to actors, or says at once why not."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from functools import partial
from itertools import count
from math import inf
from typing import Any

import structlog

from actors.runtime.actor import AskCycleError, EntityId
from actors.runtime.idleness import Sweeper
from actors.runtime.lifecycle import Lifecycle, quarantined
from actors.runtime.placement import Peer, Placement
from actors.runtime.population import IDLE, READY, Cell, Envelope, Population, current_turn, running_turn
from actors.runtime.promise import Listener
from actors.runtime.replies import Replies
from actors.runtime.run_queue import RunQueue
from fittrack.kit.clock import Clock
from fittrack.kit.correlation import cause as outer_cause
from fittrack.kit.correlation import current_cause
from fittrack.kit.problems import Busy

log = structlog.get_logger(__name__)


class Post:
    """Accepts messages for the actors of this process and hands on those for others."""

    __slots__ = ("_lifecycle", "_locate", "_monotonic", "_next_number", "_replies", "_run_queue", "_sweeper")

    def __init__(
        self,
        *,
        clock: Clock,
        placement: Placement,
        replies: Replies,
        run_queue: RunQueue,
        lifecycle: Lifecycle,
        sweeper: Sweeper,
    ) -> None:
        self._monotonic = clock.monotonic
        self._next_number = count(1).__next__
        self._locate = placement.locate
        self._replies = replies
        self._run_queue = run_queue
        self._lifecycle = lifecycle
        lifecycle.forward = self._forward
        self._sweeper = sweeper

    def send(
        self,
        population: Population,
        entity_id: EntityId,
        message: object,
        on_reply: "Listener | asyncio.Future[Any]",
        *,
        timeout_s: float | None,
        cause: str | None,
    ) -> None:
        """Bring a message whose reply somebody waits for. See `Ref.send`."""
        now = self._monotonic()
        deadline = now + (population.kind.ask_timeout_s if timeout_s is None else timeout_s)
        cell = population.cells.get(entity_id)
        asker = running_turn.get()
        if asker is not None:
            if asker.is_alive:
                _refuse_cycle(asker, cell)
                deadline = min(deadline, asker.deadline)
                cause = asker.cause if cause is None else cause
            else:
                cause = asker.cause if cause is None else cause
                asker = None
        elif cause is None:
            cause = outer_cause.get() or None
        envelope = Envelope(message, on_reply, deadline, now, asker, cell, cause, self._next_number())
        if deadline <= now:
            _soon(self._replies.expire, envelope)
            return
        if cell is None or cell.leaving:
            peer = self._locate(population.kind.name, entity_id)
            if peer is not None:
                self._hand_over(peer, population, entity_id, envelope)
                return
        refusal = self._accept(population, entity_id, envelope)
        if refusal is not None:
            _soon(self._replies.settle, envelope, refusal)

    def tell(self, population: Population, entity_id: EntityId, message: object, cause: str | None) -> None:
        """Bring a message that gets no reply. See `Ref.tell`."""
        if cause is None:
            cause = current_cause() or None
        cell = population.cells.get(entity_id)
        if cell is None or cell.leaving:
            peer = self._locate(population.kind.name, entity_id)
            if peer is not None:
                peer.send(population.kind.name, entity_id, message, None, timeout_s=None, cause=cause)
                return
        envelope = Envelope(message, None, inf, self._monotonic(), None, cell, cause, self._next_number())
        refusal = self._accept(population, entity_id, envelope)
        if refusal is not None:
            raise refusal

    def _hand_over(self, peer: Peer, population: Population, entity_id: EntityId, envelope: Envelope) -> None:
        envelope.cell = None
        envelope.began = True  # for all that is known here
        if envelope.bucket is None:
            self._replies.guard(envelope)
        peer.send(
            population.kind.name,
            entity_id,
            envelope.message,
            partial(self._replies.settle, envelope),
            timeout_s=envelope.deadline - self._monotonic(),
            cause=envelope.cause,
        )

    def _forward(self, cell: Cell) -> bool:
        """See `Lifecycle.forward`: an activation that was lost comes back where the actor belongs."""
        population, mailbox = cell.population, cell.mailbox
        peer = self._locate(population.kind.name, cell.id)
        if peer is None:
            cell.leaving, cell.leaves_by = False, inf
            return False
        while mailbox:
            envelope = mailbox.popleft()
            if envelope.on_reply is not None:
                self._hand_over(peer, population, cell.id, envelope)
            elif not envelope.done:
                self._pass_on(peer, population, cell.id, envelope)
        return True

    def _pass_on(self, peer: Peer, population: Population, entity_id: EntityId, envelope: Envelope) -> None:
        try:
            peer.send(
                population.kind.name,
                entity_id,
                envelope.message,
                None,
                timeout_s=None,
                cause=envelope.cause,
            )
        except Busy:
            log.warning(
                "told message dropped",
                kind=population.kind.name,
                id=str(entity_id),
                cause=envelope.cause,
            )

    def _accept(self, population: Population, entity_id: EntityId, envelope: Envelope) -> Busy | None:
        """Put the envelope into its mailbox, or say why not."""
        if self._lifecycle.is_stopping and current_turn() is None:
            return self._refuse(population, Busy("Shutting down; nothing happened"))
        cell = envelope.cell
        if cell is None:
            refusal = self._refuse_newcomer(population, entity_id)
            if refusal is not None:
                return self._refuse(population, refusal)
            cell = envelope.cell = self._open_cell(population, entity_id)
        mailbox = cell.mailbox
        if mailbox is None:
            mailbox = cell.open_mailbox()
        if len(mailbox) + cell.held >= population.kind.mailbox_max:
            return self._refuse(population, Busy("Too many messages wait for it; nothing happened"))
        mailbox.append(envelope)
        phase = cell.phase
        if phase is IDLE:
            self._run_queue.push(cell)
        elif phase is not READY and envelope.on_reply is not None:
            self._replies.guard(envelope)
        return None

    def _refuse_newcomer(self, population: Population, entity_id: EntityId) -> Busy | None:
        if self._lifecycle.is_stopping:
            return Busy("Shutting down; nothing happened")
        quarantine_s = population.supervisor.quarantine_s(entity_id, self._monotonic())
        return quarantined(quarantine_s) if quarantine_s else None

    def _open_cell(self, population: Population, entity_id: EntityId) -> Cell:
        self._sweeper.make_room(population)
        self._sweeper.arm()
        return population.open_cell(entity_id)

    def _refuse(self, population: Population, refusal: Busy) -> Busy:
        population.metrics.busy += 1
        return refusal


def _soon(answer: Callable[..., None], *args: object) -> None:
    """Refuse after `send` has returned, so that no sender is called back before it is ready for it."""
    asyncio.get_running_loop().call_soon(answer, *args, context=Context())


def _refuse_cycle(asker: Envelope, cell: Cell | None) -> None:
    """Raise if `cell` is among those who wait, link by link, for the reply that `asker` is to give."""
    waiting: Envelope | None = asker
    while waiting is not None:
        if cell is not None and waiting.cell is cell:
            raise AskCycleError(f"{cell.population.kind.name} {cell.id} waits for this very answer")
        waiting = None if waiting.done else waiting.asker
