"""What waits for the writer: filled and emptied on the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table

from fittrack.db.journal.appender import Appender
from fittrack.db.journal.errors import JournalStopped
from fittrack.db.journal.load import Job, Outcome
from fittrack.db.journal.unit import Unit
from fittrack.kit.clock import Clock, boottime
from fittrack.kit.correlation import current_cause
from fittrack.kit.problems import Busy

# Units of one transaction: enough to share a COMMIT's cost, few enough for its answers to come soon.
BATCH_UNITS_MAX = 1_024
# Units that are enough to begin with while the writer is idle: it writes them while the event loop makes the
# rest of a burst. Gathering all of it first would let each of the two wait for the other.
UNITS_TO_BEGIN_WITH = 8
# Rows and statements of one transaction, so that many large units don't make one that lasts for seconds.
BATCH_ROWS_MAX = 16_384
# Jobs (`Journal.transact`) of one transaction, so that they cannot starve the appends.
BATCH_JOBS_MAX = 64
# What waits for a transaction: half a second of work. More would wait longer than its asker.
QUEUE_UNITS_MAX = 16_384
QUEUE_JOBS_MAX = 1_024


Entry = tuple[Appender, Unit, Callable[[Outcome], None], str, float]
"""A unit on its way: who appends it, who is told its outcome, on whose behalf it is (`kit.correlation`), and
since when (`boottime`). Bare: one is made for each unit."""


Follow = Callable[[Table, UUID, Unit], None]
"""Puts what follows from a unit into it: given the log that it is appended to, and whose."""


def nothing_follows(log: Table, key: UUID, unit: Unit) -> None:
    """A unit is written as it was made."""


class Errand(NamedTuple):
    """A job on its way, and who waits for what it returns."""

    job: Job
    future: asyncio.Future[Any]


class Waiting(NamedTuple):
    """What goes into one transaction."""

    entries: list[Entry]
    errands: list[Errand]


class Intake:
    """Two bounded queues.

    While `asleep`, the first thing that comes calls `wake`; while more is `gathering`, enough of it calls
    `begin`. Whoever is called takes, then or later.
    """

    def __init__(
        self,
        clock: Clock,
        wake: Callable[[], object],
        begin: Callable[[], object],
        begin_with: int,
        follow: Follow = nothing_follows,
    ) -> None:
        self._clock, self._wake, self._begin, self._enough = clock, wake, begin, begin_with
        self._follow = follow
        self._entries: deque[Entry] = deque()
        self._errands: deque[Errand] = deque()
        self.closed = False
        self.asleep = True
        self.gathering = False
        """Awake, and nothing taken yet."""

    @property
    def depth(self) -> int:
        """How many units and jobs wait."""
        return len(self._entries) + len(self._errands)

    def now(self) -> datetime:
        return self._clock.now()

    def put(self, appender: Appender, unit: Unit, on_done: Callable[[Outcome], None]) -> None:
        """Queue a unit. Raises Busy when full, JournalStopped when closed."""
        if self.closed:
            raise JournalStopped
        if len(self._entries) >= QUEUE_UNITS_MAX:
            raise Busy("The journal is full")
        self._follow(appender.log.table, appender.key, unit)
        self._entries.append((appender, unit, on_done, current_cause(), boottime()))
        if self.asleep:
            self._awake()
        elif self.gathering and len(self._entries) >= self._enough:
            self._begin()

    def put_job(self, errand: Errand) -> None:
        """Queue a job. Raises Busy when full, JournalStopped when closed."""
        if self.closed:
            raise JournalStopped
        if len(self._errands) >= QUEUE_JOBS_MAX:
            raise Busy("The journal is full")
        self._errands.append(errand)
        if self.asleep:
            self._awake()

    def close(self) -> None:
        """Take nothing more; what waits is still written."""
        self.closed = True
        if self.asleep:
            self._awake()

    def take(self) -> Waiting:
        """What goes into the next transaction. With nothing there, it falls asleep."""
        self.asleep = not self.depth
        self.gathering = False
        errands = [self._errands.popleft() for _ in range(min(len(self._errands), BATCH_JOBS_MAX))]
        return Waiting(self._take_entries(), errands)

    def put_back(self, errands: list[Errand]) -> None:
        """Return jobs that found no time in their batch: they are the first of the next."""
        self._errands.extendleft(reversed(errands))

    def drain(self) -> Waiting:
        """What nobody will write any more."""
        waiting = Waiting(list(self._entries), list(self._errands))
        self._entries.clear()
        self._errands.clear()
        return waiting

    def _awake(self) -> None:
        self.asleep = False
        self.gathering = True
        self._wake()

    def _take_entries(self) -> list[Entry]:
        waiting = self._entries
        taken: list[Entry] = []
        rows = 0
        for _ in range(min(len(waiting), BATCH_UNITS_MAX)):
            entry = waiting.popleft()
            taken.append(entry)
            unit = entry[1]
            rows += 2 + len(unit.inserts) + len(unit.upserts) + len(unit.statements)
            if rows >= BATCH_ROWS_MAX:
                break
        return taken
