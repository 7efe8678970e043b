"""An author's hold on one log: appends in order, several in flight, fenced by the database."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from fittrack.db.journal.errors import StaleLog
from fittrack.db.journal.load import Outcome
from fittrack.db.journal.log_table import LogTable
from fittrack.db.journal.unit import VOID, Committed, Dead, Head, Unit
from fittrack.kit.ids import uuid7


class Queue(Protocol):
    """Where appended units go."""

    def put(self, appender: "Appender", unit: Unit, on_done: Callable[[Outcome], None]) -> None:
        """Take the unit. Raises Busy when full or stopped: then nothing happened."""

    def now(self) -> datetime:
        """The instant of rows that the journal writes by itself."""


class Appender:
    """One activation's end of a log, made by `Journal.open`. Used on the event loop's thread.

    `written`, `lost` and `doubtful` change with a COMMIT: the next batch begins where they say.
    """

    __slots__ = (
        "_durable", "_flying", "_queue", "_resolved", "_resolving", "_settling",
        "doubtful", "key", "log", "lost", "written",
    )  # fmt: skip

    def __init__(self, queue: Queue, log: LogTable, key: UUID, head: Head) -> None:
        self._queue, self.log, self.key = queue, log, key
        self._durable = head
        self._flying: deque[UUID] = deque()
        self._settling: list[asyncio.Future[None]] = []
        self._resolved: Mapping[UUID, Committed | Dead] = {}
        self._resolving: asyncio.Lock | None = None
        self.written: tuple[int, UUID | None] = head
        self.lost: StaleLog | None = None
        self.doubtful: list[UUID] = []
        """Units of a COMMIT that was never answered, in order after `written`: all are stored or none."""

    @property
    def head(self) -> Head:
        """The last position handed over: what is durable plus what is in flight, if all of it succeeds."""
        rev, unit_id = self._durable
        return Head(rev + len(self._flying), self._flying[-1] if self._flying else unit_id)

    @property
    def durable(self) -> Head:
        """The last position known to be committed."""
        return self._durable

    def knows(self, head: Head) -> bool:
        """Whether the log's end as somebody read it is of this author's making, or where it began."""
        return head.rev < self._durable.rev or head == self._durable or head.unit_id in self._flying

    @property
    def in_flight(self) -> int:
        """How many appended units have no outcome yet."""
        return len(self._flying)

    def append(self, unit: Unit) -> asyncio.Future[Committed]:
        """Append `unit`; the future's outcome comes after the COMMIT.

        Raises StaleLog at once when the log is known to be lost, Busy when the journal is full or
        stopped. The future fails with StaleLog, StalePeer, UnitRefused, NotStored (all certain:
        nothing of the unit is stored) or OutcomeUnknown; what the program got wrong (a value of
        the wrong type, a bad statement) comes as the driver's own exception, also certain.
        """
        future: asyncio.Future[Committed] = asyncio.get_running_loop().create_future()
        self.submit(unit, partial(_settle, future))
        return future

    def submit(self, unit: Unit, on_done: Callable[[Outcome], None]) -> None:
        """`append` without a future: `on_done` is called on the event loop with what it would say."""
        if self.lost is not None:
            raise StaleLog(self.lost.rev, self.lost.winner)
        self._queue.put(self, unit, on_done)
        self._flying.append(unit.unit_id)

    async def settled(self) -> None:
        """Wait until nothing is in flight."""
        if self._flying:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._settling.append(waiter)
            await waiter

    async def resolve(self, unit_id: UUID) -> Committed | Dead:
        """Find out for certain what became of `unit_id`, whose outcome is unknown.

        It is a unit of this appender that ended as OutcomeUnknown, or one of another author that
        was to take this log's next place. A void row is appended where it would be: its success
        proves the unit dead, its violation shows the winner. Afterwards the appender works on, or
        its next append raises StaleLog because a third unit won. May itself raise Busy, NotStored or
        OutcomeUnknown; then ask again.
        """
        if self._resolving is None:
            self._resolving = asyncio.Lock()
        async with self._resolving:
            await self.settled()
            return await self._take_place(unit_id)

    async def _take_place(self, unit_id: UUID) -> Committed | Dead:
        if unit_id in self._resolved:
            return self._resolved[unit_id]
        base, units = Head(*self.written), self.doubtful or [unit_id]
        assert unit_id in units, "only what may have been written can be resolved"
        probe = Appender(self._queue, self.log, self.key, base)
        void = Unit(uuid7(), VOID, self._queue.now())
        try:
            taken = await probe.append(void)
        except StaleLog as stale:
            if stale.winner != units[0]:
                self._resolved = dict.fromkeys(units, Dead(stale.rev))
                self.lost, self.doubtful = stale, []
                return Dead(stale.rev)
            self._resolved = {unit: Committed(stale.rev + at) for at, unit in enumerate(units)}
            self.moved_to(Head(base.rev + len(units), units[-1]))
        else:
            self._resolved = dict.fromkeys(units, Dead(taken.rev))
            self.moved_to(Head(taken.rev, void.unit_id))
        return self._resolved[unit_id]

    def moved_to(self, head: Head) -> None:
        """Another author took the next place of this log, as agreed with this one (a purchase's peer row)."""
        assert not self._flying, "a log moves by one hand at a time"
        self._durable = self.written = head
        self.lost, self.doubtful = None, []

    def landed(self, unit: Unit, outcome: Outcome) -> None:
        """The oldest unit in flight has its outcome. Called by the journal, in order."""
        self._flying.popleft()
        if type(outcome) is Committed and outcome.rev > self._durable[0]:
            self._durable = Head(outcome.rev, unit.unit_id)
        if self._settling and not self._flying:
            settling, self._settling = self._settling, []
            for waiter in settling:
                if not waiter.done():
                    waiter.set_result(None)


def _settle(future: asyncio.Future[Committed], outcome: Outcome) -> None:
    if future.done():  # its asker went away
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
