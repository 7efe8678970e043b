"""Turns: an actor takes one message at a time, and what came of it is answered."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from types import CoroutineType
from typing import Any, TypeAlias

import structlog

from actors.runtime.actor import Actor, Gathering, Held, StaleActivation
from actors.runtime.lifecycle import Lifecycle
from actors.runtime.population import IN_TURN, READY, Cell, Envelope, running_turn
from actors.runtime.promise import Outcome, Promise, listen, outcome_of
from actors.runtime.replies import Replies
from actors.runtime.watchdog import SLOW_S
from fittrack.kit import tracing
from fittrack.kit.clock import Clock
from fittrack.kit.problems import OutcomeUnknown, Problem
from fittrack.kit.tracing import Recorder

# Turns an actor may take in a row while others wait: enough to make switching cheap, few enough to be fair.
TURNS_IN_A_ROW = 32
# Measuring costs as much as a tenth of a turn; every sixteenth serving shows the distribution as well.
SERVINGS_PER_SAMPLE = 16

log = structlog.get_logger(__name__)


Ending: TypeAlias = Callable[[Cell, Actor, Envelope, Any], None]


class _Endings(dict[type, Ending | None]):
    """How a turn goes on, by the type of what it returned; None: that is the reply.

    Subclasses and other awaitables are recognised once per type.
    """

    def __init__(self, known: dict[type, Ending], *, any_awaitable: Ending) -> None:
        super().__init__(known)
        self._known = known
        self._any_awaitable = any_awaitable

    def __missing__(self, returned: type) -> Ending | None:
        ending = next((how for base, how in self._known.items() if issubclass(returned, base)), None)
        if ending is None and issubclass(returned, Awaitable):
            ending = self._any_awaitable
        self[returned] = ending
        return ending


class Turns:
    """Gives the messages of a cell to its actor."""

    __slots__ = ("_endings", "_lifecycle", "_monotonic", "_replies", "_servings", "_tells")

    def __init__(self, clock: Clock, lifecycle: Lifecycle, replies: Replies) -> None:
        self._monotonic = clock.monotonic
        self._lifecycle = lifecycle
        self._replies = replies
        self._servings = 0
        self._tells = logging.getLogger(__name__).isEnabledFor(logging.DEBUG)
        self._endings = _Endings(
            {
                Held: self._hold,
                Promise: self._await_promise,
                CoroutineType: self._run,
                asyncio.Future: self._await_future,
            },
            any_awaitable=self._run_awaitable,
        )

    def serve(self, cell: Cell, now: float) -> float:
        """Let the actor of `cell` take some turns in a row. Returns the time when they are over.

        One reading of the clock serves as the end of a turn and the beginning of the next.
        """
        actor, mailbox = cell.actor, cell.mailbox
        if actor is None or cell.leaves_by <= now:
            cell.actor = None
            running_turn.set(None)
            self._lifecycle.load(cell)
            return now
        assert mailbox, "only actors with messages are served"
        metrics = cell.population.metrics
        self._servings += 1
        is_sampled = self._servings % SERVINGS_PER_SAMPLE == 0
        if is_sampled:
            metrics.mailbox_age.observe(now - mailbox[0].sent_at)
        for _ in range(TURNS_IN_A_ROW):
            envelope = mailbox.popleft()
            if envelope.deadline <= now:
                self._replies.expire(envelope)
            elif not envelope.done:
                if mailbox and actor.gathers:
                    assert isinstance(actor, Gathering), "nobody else says so"
                    metrics.turns += self._take_together(cell, actor, envelope, mailbox, now)
                else:
                    self._take(cell, actor, envelope)
                    metrics.turns += 1
                began_at, now = now, self._monotonic()
                if is_sampled or now - began_at >= SLOW_S:
                    is_sampled = False
                    self._note_duration(cell, envelope, now - began_at)
                if cell.phase is not READY:
                    return now  # the turn goes on; whoever ends it goes on with the mailbox
                if cell.actor is not actor:
                    break
            if not mailbox:
                break
        self._lifecycle.proceed(cell)
        return now

    def _take(self, cell: Cell, actor: Actor, envelope: Envelope) -> None:
        envelope.began = True
        running_turn.set(envelope)
        if tracing.recorder is not None:
            _record(tracing.recorder, cell, envelope)
        if self._tells:
            log.debug("actor.turn", **_name(cell, envelope))
        try:
            result = actor.receive(envelope.message)
        except Exception as error:
            self._fail(cell, actor, envelope, error)
        else:
            self._go_on(cell, actor, envelope, result)

    def _take_together(
        self, cell: Cell, actor: Gathering, first: Envelope, mailbox: deque[Envelope], now: float
    ) -> int:
        """A turn for `first` and those behind it that share it. Returns for how many messages it was."""
        following = (each.message for each in mailbox if not each.done and each.deadline > now)
        others = actor.share_turn(first.message, following)
        if not others:
            self._take(cell, actor, first)
            return 1
        envelopes = [first, *self._next(mailbox, others, now)]
        for envelope in envelopes:
            envelope.began = True
        running_turn.set(envelopes[-1])
        if tracing.recorder is not None:
            for envelope in envelopes:
                _record(tracing.recorder, cell, envelope)
        if self._tells:
            for envelope in envelopes:
                log.debug("actor.turn", **_name(cell, envelope))
        try:
            results = actor.receive_together([envelope.message for envelope in envelopes])
        except Exception as error:
            for envelope in envelopes:
                self._fail(cell, actor, envelope, error)
        else:
            for envelope, result in zip(envelopes, results, strict=True):
                self._go_on(cell, actor, envelope, result)
        return len(envelopes)

    def _next(self, mailbox: deque[Envelope], count: int, now: float) -> Iterator[Envelope]:
        """The next `count` messages whose turn may begin."""
        while count and mailbox:
            envelope = mailbox.popleft()
            if envelope.deadline <= now:
                self._replies.expire(envelope)
            elif not envelope.done:
                count -= 1
                yield envelope

    def _go_on(self, cell: Cell, actor: Actor, envelope: Envelope, result: object) -> None:
        """What came of a turn so far is the reply, or says what it waits for."""
        ending = self._endings[type(result)]
        if ending is None:
            self._replies.settle(envelope, result)
        else:
            ending(cell, actor, envelope, result)

    def _conclude(self, cell: Cell, actor: Actor, envelope: Envelope, outcome: Outcome) -> None:
        if isinstance(outcome, BaseException):
            self._fail(cell, actor, envelope, outcome)
        else:
            self._go_on(cell, actor, envelope, outcome)

    def _fail(self, cell: Cell, actor: Actor, envelope: Envelope, error: BaseException) -> None:
        answer: Problem
        if isinstance(error, Problem):
            answer = error
            if envelope.on_reply is None and not envelope.done:
                log.warning(
                    "told message refused", code=error.code, detail=error.detail, **_name(cell, envelope)
                )
        elif isinstance(error, StaleActivation):
            answer = error.answer
            self._lifecycle.outdated(cell, actor, error)
            if error.again and not envelope.done:
                self._lifecycle.take_again(cell, envelope)
                return
        else:
            # It may have handed something to the journal before it failed.
            answer = OutcomeUnknown()
            self._lifecycle.crashed(cell, actor, error, envelope.cause)
        self._replies.settle(envelope, answer)

    def _hold(self, cell: Cell, actor: Actor, envelope: Envelope, held: Held) -> None:
        cell.held += 1
        self._replies.guard_turn(envelope)
        listen(held.source, partial(self._release, cell, actor, envelope))

    def _release(self, cell: Cell, actor: Actor, envelope: Envelope, outcome: Outcome) -> None:
        if isinstance(outcome, BaseException):
            self._fail(cell, actor, envelope, outcome)
        else:
            self._replies.settle(envelope, outcome)
        cell.held -= 1
        if cell.is_quiet:
            self._lifecycle.rest(cell)

    def _await_promise(self, cell: Cell, actor: Actor, envelope: Envelope, promise: Promise) -> None:
        if promise.is_settled:
            promise.then(partial(self._conclude, cell, actor, envelope))
        else:
            self._open(cell, envelope, None)
            promise.then(partial(self._end, cell, actor, envelope))

    def _await_future(
        self, cell: Cell, actor: Actor, envelope: Envelope, future: "asyncio.Future[Any]"
    ) -> None:
        self._open(cell, envelope, None)
        future.add_done_callback(partial(self._end_future, cell, actor, envelope))

    def _run(
        self, cell: Cell, actor: Actor, envelope: Envelope, coroutine: Coroutine[Any, Any, object]
    ) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._open(cell, envelope, task)
        task.add_done_callback(partial(self._end_future, cell, actor, envelope))

    def _run_awaitable(self, cell: Cell, actor: Actor, envelope: Envelope, work: Awaitable[object]) -> None:
        self._run(cell, actor, envelope, _outcome_of_awaitable(work))

    def _open(self, cell: Cell, envelope: Envelope, task: "asyncio.Task[Any] | None") -> None:
        cell.phase = IN_TURN
        cell.opening = envelope
        self._replies.guard_turn(envelope)
        if cell.mailbox:
            self._replies.guard_waiting(reversed(cell.mailbox))
        self._lifecycle.watchdog.watch(cell, "turn", self._monotonic(), task)

    def _end_future(
        self, cell: Cell, actor: Actor, envelope: Envelope, future: "asyncio.Future[Any]"
    ) -> None:
        self._end(cell, actor, envelope, outcome_of(future))

    def _end(self, cell: Cell, actor: Actor, envelope: Envelope, outcome: Outcome) -> None:
        if cell.opening is not envelope:
            return  # abandoned, answered, and its actor replaced
        cell.opening = None
        since = self._lifecycle.watchdog.unwatch(cell)
        cell.population.metrics.turn_time.observe(self._monotonic() - since)
        cell.phase = READY
        self._conclude(cell, actor, envelope, outcome)
        if cell.phase is READY:
            self._lifecycle.proceed(cell)

    def _note_duration(self, cell: Cell, envelope: Envelope, seconds: float) -> None:
        if cell.phase is READY:
            cell.population.metrics.turn_time.observe(seconds)
        if seconds >= SLOW_S:
            log.warning("the event loop was blocked by a turn", seconds=seconds, **_name(cell, envelope))


async def _outcome_of_awaitable(work: Awaitable[object]) -> object:
    return await work


def _record(recorder: Recorder, cell: Cell, envelope: Envelope) -> None:
    """A span from the turn's beginning to its reply. What nobody asked for, such as ticks, has none."""
    if envelope.cause:
        name = f"{cell.population.kind.name} {type(envelope.message).__name__}"
        envelope.span = recorder.begin(name, envelope.cause, attributes={"actor.id": str(cell.id)})
        envelope.cause = envelope.span.cause


def _name(cell: Cell, envelope: Envelope) -> dict[str, str | None]:
    return {
        "kind": cell.population.kind.name,
        "id": str(cell.id),
        "message": type(envelope.message).__name__,
        "cause": envelope.cause,
    }
