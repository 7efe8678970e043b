"""How actors enter and leave memory: in good order, or because their state cannot be trusted."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from itertools import takewhile
from typing import Any

import structlog

from actors.runtime.actor import Actor, StaleActivation
from actors.runtime.population import IDLE, LEAVING, LOADING, READY, Cell, Envelope
from actors.runtime.promise import Outcome, outcome_of
from actors.runtime.replies import Replies
from actors.runtime.watchdog import Watch, Watchdog
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy, OutcomeUnknown, Problem

# Empty mailboxes kept for reuse, per kind: as many as are usually filled within one slice.
SPARE_MAILBOXES_MAX = 512

log = structlog.get_logger(__name__)


class Lifecycle:
    """Activates, rests, passivates and discards the actors in cells."""

    __slots__ = (
        "_clock",
        "_push",
        "_replies",
        "forward",
        "is_stopping",
        "quiet_waiters",
        "renounced",
        "swept_at",
        "watchdog",
    )

    forward: Callable[[Cell], bool]
    """`forward(cell)` sends what waits in a cell without an actor to where the actor belongs. False: that is
    here. Set once, by the post."""

    def __init__(self, clock: Clock, replies: Replies, push: Callable[[Cell], None]) -> None:
        """`push` puts a cell with messages into the run queue."""
        self._clock = clock
        self._replies = replies
        self._push = push
        self.swept_at = clock.monotonic()
        """When idle actors were last looked for. Precise enough for the instant a cell comes to rest at."""
        self.watchdog = Watchdog(clock, self._abandon)
        self.is_stopping = False
        """Nothing new is accepted, and nobody is activated but for what was accepted before."""
        self.quiet_waiters: dict[Cell, asyncio.Future[None]] = {}
        """Resolved when the cell comes to rest."""
        self.renounced = 0
        """How often everything in memory was given up; what was being loaded meanwhile is loaded again."""

    def load(self, cell: Cell) -> None:
        """Activate the actor for which messages wait: now, after its pause, or not while in quarantine."""
        if self.forward(cell):
            self.rest(cell)
            return
        now = self._clock.monotonic()
        supervisor = cell.population.supervisor
        self._replies.guard_waiting(reversed(cell.mailbox or ()))
        if quarantine_s := supervisor.quarantine_s(cell.id, now):
            self._refuse_waiting(cell, quarantined(quarantine_s))
        elif (pause_s := supervisor.pause_s(cell.id, now)) and self.is_stopping:
            self._refuse_waiting(cell, Busy("Shutting down; nothing happened"))
        elif pause_s:
            cell.phase = LOADING
            cell.opening = self._clock.call_later(pause_s, self._end_pause, cell)
        else:
            self._activate(cell, now)

    def outdated(self, cell: Cell, actor: Actor, stale: StaleActivation) -> None:
        """An activation found out that another one wrote, or that it cannot know whether it did itself."""
        if isinstance(stale.answer, OutcomeUnknown):
            cell.doubt()
        if cell.actor is actor:
            cell.population.metrics.stale += 1
            cell.discard(actor)

    def take_again(self, cell: Cell, envelope: Envelope) -> None:
        """Nothing was done for a message: the next activation takes it, before those that came later."""
        if envelope.span is not None:
            envelope.span.end()
            envelope.span = None
        envelope.began = False
        mailbox = cell.open_mailbox()
        earlier = takewhile(lambda each: each.number < envelope.number, mailbox)
        mailbox.insert(sum(1 for _ in earlier), envelope)
        if cell.phase is IDLE:
            self._push(cell)

    def call_off_pause(self, cell: Cell) -> None:
        """Decide at once about a cell that waits for the end of its pause, if it does."""
        if cell.phase is LOADING and cell.opening is not None and not isinstance(cell.opening, asyncio.Task):
            assert not isinstance(cell.opening, Envelope), "nobody takes turns while loading"
            cell.opening.cancel()
            self._end_pause(cell)

    def proceed(self, cell: Cell) -> None:
        """A turn is over: on to the next message, or to rest."""
        if cell.mailbox:
            self._push(cell)
        else:
            self.rest(cell)

    def rest(self, cell: Cell) -> None:
        """There are no messages left: keep the actor, if there is one, and nothing else."""
        population, mailbox = cell.population, cell.mailbox
        if mailbox is not None:
            cell.mailbox = None
            if len(population.spare_mailboxes) < SPARE_MAILBOXES_MAX:
                population.spare_mailboxes.append(mailbox)
        cell.phase = IDLE
        if cell.actor is not None:
            if cell.touched != self.swept_at:
                population.touch(cell, self.swept_at)
            if cell.leaving and cell.held == 0:
                self.passivate(cell)
        elif cell.held == 0:
            population.retire(cell)
        if self.quiet_waiters and cell.is_quiet:
            waiter = self.quiet_waiters.pop(cell, None)
            if waiter is not None:
                waiter.set_result(None)

    def passivate(self, cell: Cell) -> None:
        """Let an idle actor leave. Messages that come meanwhile wait for its successor."""
        actor = cell.actor
        assert actor is not None and cell.is_quiet, "only an idle actor leaves in good order"
        cell.population.metrics.passivations += 1
        if type(actor).passivate is Actor.passivate:
            cell.discard(actor)
            return
        cell.phase = LEAVING
        self._start(cell, "passivation", actor.passivate(), partial(self._left, cell))

    def crashed(self, cell: Cell, actor: Actor | None, error: Outcome, cause: str | None = None) -> None:
        """Discard an activation whose state cannot be trusted. `actor` is None when it never came to be.

        Once only: whatever else fails in the same activation has been dealt with.
        """
        if cell.actor is not actor:
            return
        population = cell.population
        population.metrics.crashes += 1
        is_quarantined = population.supervisor.crashed(cell.id, self._clock.monotonic())
        population.metrics.quarantines += is_quarantined
        log.error(
            "actor crashed",
            kind=population.kind.name,
            id=str(cell.id),
            quarantined=is_quarantined,
            cause=cause,
            exc_info=error,
        )
        if actor is not None:
            cell.doubt()
            cell.discard(actor)

    def _activate(self, cell: Cell, now: float) -> None:
        cell.phase = LOADING
        try:
            actor = cell.population.kind.factory(cell.id)
        except Exception as error:
            self._activation_failed(cell, error)
            return
        actor.activation = cell
        if type(actor).activate is Actor.activate:
            self._enter(cell, actor)
        else:
            then = partial(self._activated, cell, actor, self.renounced)
            self._start(cell, "activation", actor.activate(), then, now)

    def _activated(self, cell: Cell, actor: Actor, renounced: int, task: "asyncio.Task[None]") -> None:
        outcome = outcome_of(task)
        if cell.opening is not task:
            return  # given up meanwhile, and dealt with
        self._end(cell)
        if isinstance(outcome, BaseException):
            self._activation_failed(cell, outcome)
        elif renounced != self.renounced:
            self._activate(cell, self._clock.monotonic())
        else:
            self._enter(cell, actor)

    def _enter(self, cell: Cell, actor: Actor) -> None:
        cell.actor = actor
        cell.population.metrics.activations += 1
        self.proceed(cell)

    def _activation_failed(self, cell: Cell, error: BaseException) -> None:
        if isinstance(error, Problem):
            answer = error
        elif isinstance(error, StaleActivation):
            answer = error.answer
        else:
            self.crashed(cell, None, error)
            answer = Busy("It could not be loaded; nothing happened")
        self._refuse_waiting(cell, answer)

    def _end_pause(self, cell: Cell) -> None:
        cell.opening = None
        self._push(cell)

    def _left(self, cell: Cell, task: "asyncio.Task[None]") -> None:
        outcome = outcome_of(task)
        if cell.opening is not task:
            return
        self._end(cell)
        if isinstance(outcome, BaseException):
            log.error("passivation failed", kind=cell.population.kind.name, id=str(cell.id), exc_info=outcome)
        self._leave(cell)

    def _leave(self, cell: Cell) -> None:
        cell.actor = None
        cell.phase = READY
        self.proceed(cell)

    def _abandon(self, cell: Cell, watch: Watch) -> None:
        """The watchdog gave up what `cell` is doing."""
        opening, phase = cell.opening, cell.phase
        cell.opening = None
        error = TimeoutError(f"{watch.what} abandoned")
        if phase is LOADING:
            self._activation_failed(cell, error)
        elif phase is LEAVING:
            self._leave(cell)
        else:
            assert isinstance(opening, Envelope), "what is open in a turn is its message"
            cell.doubt()
            if cell.actor is not None:
                self.crashed(cell, cell.actor, error)
            cell.phase = READY
            self.proceed(cell)
            self._replies.settle(opening, OutcomeUnknown())

    def _refuse_waiting(self, cell: Cell, answer: Problem) -> None:
        waiting = [envelope for envelope in cell.mailbox or () if not envelope.done]
        if cell.mailbox:
            cell.mailbox.clear()
        self.rest(cell)
        metrics = cell.population.metrics
        tells = sum(envelope.on_reply is None for envelope in waiting)
        if tells:
            log.warning("told messages dropped", kind=cell.population.kind.name, id=str(cell.id), count=tells)
        if isinstance(answer, Busy):
            metrics.busy += len(waiting)
        for envelope in waiting:
            self._replies.settle(envelope, answer)

    def _start(
        self,
        cell: Cell,
        what: str,
        work: Coroutine[Any, Any, None],
        over: Callable[["asyncio.Task[None]"], None],
        now: float | None = None,
    ) -> None:
        # In a context of its own: it happens on nobody's behalf, and must not inherit a turn.
        task = asyncio.get_running_loop().create_task(work, context=Context())
        cell.opening = task
        self.watchdog.watch(cell, what, self._clock.monotonic() if now is None else now, task)
        task.add_done_callback(over)

    def _end(self, cell: Cell) -> None:
        cell.opening = None
        self.watchdog.unwatch(cell)


def quarantined(seconds: float) -> Busy:
    """The refusal of an actor in quarantine."""
    return Busy(
        "It failed repeatedly and rests for a while; nothing happened", after_ms=int(seconds * 1000) + 1
    )
