"""What players and drawings have in common: an actor whose state is a log (DESIGN 1).

Every change is one unit, appended to the log from the head that this activation saw. Whoever saw an
older one is refused by the database and loads anew; so correctness needs no lock, and an outcome
nobody knows is settled by the next unit, which takes the place in question or finds it taken.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import msgspec

from actors.comparison import Comparison, settle_by
from actors.runtime import Actor, Held, Listener, Promise, StaleActivation
from actors.services import Services
from fittrack.db import log_queries
from fittrack.db.handles import Table
from fittrack.db.journal import Appender, Head, StaleLog, Unit
from fittrack.kit.ids import uuid7
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import FieldError, IdempotencyMismatch, OutcomeUnknown, Problem

T = TypeVar("T")

REFUSED = "refused"
"""The kind of a unit that records a refusal under its key: the same key gets the same refusal."""


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem as the log keeps it."""

    code: str
    detail: str
    errors: list[tuple[str, str]] = []

    @classmethod
    def of(cls, problem: Problem) -> "Refusal":
        return cls(problem.code, problem.detail, [(e.pointer, e.detail) for e in problem.errors])

    def problem(self) -> Problem:
        """The problem again, of its own class."""
        return Problem.again(self.code, self.detail, [FieldError(*error) for error in self.errors])


class LogActor(Actor):
    """An actor whose durable state is a log. Subclasses load it, decide, and append."""

    __slots__ = ("_comparison", "appender", "as_of", "entity_id", "keys", "services")
    log: ClassVar[Table]

    appender: Appender
    keys: dict[UUID, int]
    as_of: float
    """The latest instant, of the monotonic clock, at which all that the log held is certain to be here."""

    def __init__(self, entity_id: UUID, services: Services) -> None:
        self.entity_id = entity_id
        self.services = services
        self._comparison: Comparison | None = None
        """Made by the first who needs it: most never do."""

    def begin_at(self, head: Head, keys: dict[UUID, int], *, as_of: float) -> None:
        """Go on after `head`; `keys` are those that still have an answer. Reading began at `as_of`."""
        self.as_of = as_of
        self.appender = self.services.journal.open(self.log, self.entity_id, head)
        self.keys = keys

    def busy_with(self) -> bool:
        return self.appender.in_flight > 0

    def may_show(self) -> bool:
        """Whether memory may answer the message of this turn (DESIGN 3, reads)."""
        return self.services.may_show(self.as_of, self.doubted_at)

    def from_memory(self, show: Callable[[], T]) -> T | Awaitable[T]:
        """What `show` says: at once if this activation is certain to know all there is, else once the log
        has confirmed it."""
        return show() if self.may_show() else self._confirmed(show)

    def from_memory_meanwhile(self, show: Callable[[], object]) -> object:
        """`from_memory`, but other turns go on while the log is asked. `show` may run outside of a turn."""
        if self.may_show():
            return show()
        reply = Promise()
        self.when_confirmed(partial(settle_by, show, reply))
        return Held(reply)

    def when_confirmed(self, listener: Listener) -> None:
        """Call `listener(outcome)` once the log was compared: with None, or with what `confirm` raised."""
        if self._comparison is None:
            self._comparison = Comparison()
        self._comparison.then(listener, self.confirm)

    async def _confirmed(self, show: Callable[[], T]) -> T:
        await self.confirm()
        return show()

    async def confirm(self) -> None:
        """Compare with the end of the log.

        Raises `StaleActivation` if another activation wrote it, or took this one's place: the message is then
        taken again, by one that is loaded anew.
        """
        as_of, durable = self.services.clock.monotonic(), self.appender.durable
        head = await self.services.reads.look_up(log_queries.head, self.log, self.entity_id)
        if not self.is_current or head.rev < durable.rev or not self.appender.knows(head):
            raise StaleActivation(again=True)
        self.as_of = max(self.as_of, as_of)  # a unit may have been stored since

    async def fulfil(self, intention: Intention) -> Answer | Promise:
        """Do what is intended, or give the answer that its key was given before.

        A refusal under a key is recorded before it is raised; what may succeed later is not. Whatever else
        writes nothing is not fenced by the log: then it is compared.
        """
        key = intention.key
        if key is not None and (rev := self.keys.get(key)) is not None:
            earlier = await self._earlier_answer(intention, rev)
            if earlier is not None:
                return earlier
        try:
            answer = await self.handle(intention)
        except Problem as refusal:
            if refusal.retryable:
                raise
            if key is not None:
                await self._record(intention, refusal)
            elif not self.may_show():
                await self.confirm()
            raise
        if isinstance(answer, Answer) and not self.may_show():
            await self.confirm()
        return answer

    @abstractmethod
    async def handle(self, intention: Intention) -> Answer | Promise:
        """Do what is intended, for the first time. A promise keeps the turn open until it is settled."""

    def unit(
        self, kind: str, intention: Intention | None = None, answer: msgspec.Struct | None = None
    ) -> Unit:
        """A new unit of this log, under the intention's key, with its answer."""
        unit = Unit(uuid7(), kind, self.services.clock.now())
        if intention is not None and intention.key is not None:
            unit.idem_key = intention.key
            unit.request_hash = intention.request_hash
        if answer is not None:
            self.give_answer(unit, answer)
        return unit

    @staticmethod
    def give_answer(unit: Unit, answer: msgspec.Struct) -> None:
        """What the unit's key is answered with, if it has one."""
        if unit.idem_key is not None:
            unit.answer = msgspec.json.encode(answer)

    def refusal_unit(self, intention: Intention, refusal: Problem) -> Unit:
        """The unit that records a refusal under its key."""
        return self.unit(REFUSED, intention, Refusal.of(refusal))

    async def append(self, unit: Unit) -> int:
        """Write `unit`; returns its `rev` once it is durable. The caller changes the state after that."""
        as_of = self.services.clock.monotonic()
        try:
            committed = await self.appender.append(unit)
        except StaleLog as stale:
            raise StaleActivation from stale
        except OutcomeUnknown as unknown:
            raise StaleActivation(unknown) from unknown
        self.as_of = max(self.as_of, as_of)
        self.remember(unit.idem_key, committed.rev)
        return committed.rev

    def remember(self, key: UUID | None, rev: int) -> None:
        """The unit at `rev` answers this key from now on."""
        if key is not None:
            self.keys[key] = rev

    async def _record(self, intention: Intention, refusal: Problem) -> None:
        await self.append(self.refusal_unit(intention, refusal))

    async def _earlier_answer(self, intention: Intention, rev: int) -> Answer | None:
        given = await self.services.reads.run(log_queries.answer_at, self.log, self.entity_id, rev)
        if given.created_at + log_queries.KEY_LIFETIME < self.services.clock.now():
            return None
        if given.request_hash != intention.request_hash:
            raise IdempotencyMismatch
        if given.answer is None:
            return None  # it named somebody who left, and is erased
        if given.kind == REFUSED:
            raise msgspec.json.decode(given.answer, type=Refusal).problem()
        body: Any = msgspec.json.decode(given.answer, type=intention.command.ANSWER)
        return Answer(body, replayed=True)
