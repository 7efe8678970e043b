"""What waits for the writer: filled on the event loop, emptied by the writer's thread."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from fittrack.db.journal.appender import Appender, Outcome
from fittrack.db.journal.batch import Entry
from fittrack.db.journal.errors import JournalStopped
from fittrack.db.journal.unit import Unit
from fittrack.kit.clock import Clock
from fittrack.kit.problems import Busy

# Units of one transaction: enough to share a COMMIT's cost, few enough for its answers to come soon.
BATCH_UNITS_MAX = 1_024
# Rows and statements of one transaction, so that many large units don't make one that lasts for seconds.
BATCH_ROWS_MAX = 16_384
# Jobs (`Journal.transact`) of one transaction, so that they cannot starve the appends.
BATCH_JOBS_MAX = 64
# What waits for a transaction: half a second of work. More would wait longer than its asker.
QUEUE_UNITS_MAX = 16_384
QUEUE_JOBS_MAX = 1_024


@dataclass(frozen=True, slots=True)
class Job:
    """A function to run inside a batch, and who waits for what it returns."""

    run: Callable[[Connection], Any]
    future: asyncio.Future[Any]


class Load(NamedTuple):
    """What one transaction is to write."""

    entries: list[Entry]
    jobs: list[Job]


class Intake:
    """Two bounded queues and the writer's sleep."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self._loop, self._clock = loop, clock
        self._entries: deque[Entry] = deque()
        self._jobs: deque[Job] = deque()
        self._closed = False
        self._asleep = False
        self._waking = False
        self._awake = threading.Event()

    @property
    def depth(self) -> int:
        """How many units and jobs wait."""
        return len(self._entries) + len(self._jobs)

    # On the event loop's thread

    def put(self, appender: Appender, unit: Unit, on_done: Callable[[Outcome], None]) -> None:
        """Queue a unit. Raises Busy when full, JournalStopped when closed."""
        if self._closed:
            raise JournalStopped
        if len(self._entries) >= QUEUE_UNITS_MAX:
            raise Busy("The journal is full")
        self._entries.append(Entry(appender, unit, on_done))
        if self._asleep:
            self._wake_soon()

    def now(self) -> datetime:
        return self._clock.now()

    def put_job(self, job: Job) -> None:
        """Queue a job. Raises Busy when full, JournalStopped when closed."""
        if self._closed:
            raise JournalStopped
        if len(self._jobs) >= QUEUE_JOBS_MAX:
            raise Busy("The journal is full")
        self._jobs.append(job)
        if self._asleep:
            self._wake_soon()

    def close(self) -> None:
        """Take nothing more; what waits is still written."""
        self._closed = True
        self._awake.set()

    def drain(self) -> Load:
        """What nobody will write any more. The writer must have ended."""
        load = Load(list(self._entries), list(self._jobs))
        self._entries.clear()
        self._jobs.clear()
        return load

    def _wake_soon(self) -> None:
        # Not at once: what the same turn of the event loop appends goes into the same batch.
        if not self._waking:
            self._waking = True
            self._loop.call_soon(self._wake)

    def _wake(self) -> None:
        self._waking = False
        self._awake.set()

    # On the writer's thread

    def take(self) -> Load | None:
        """The next transaction's load; sleeps while there is none. None when closed and empty."""
        while not (self._entries or self._jobs):
            if self._closed:
                return None
            self._asleep = True
            # Looked at again after the flag is up: whoever put before saw it down and woke nobody.
            if not (self._entries or self._jobs or self._closed):
                self._awake.wait()
            self._asleep = False
            self._awake.clear()
        jobs = [self._jobs.popleft() for _ in range(min(len(self._jobs), BATCH_JOBS_MAX))]
        return Load(self._take_entries(), jobs)

    def put_back(self, jobs: list[Job]) -> None:
        """Return jobs that found no time in this batch: they are the first of the next."""
        self._jobs.extendleft(reversed(jobs))

    def _take_entries(self) -> list[Entry]:
        waiting = self._entries
        taken: list[Entry] = []
        rows = 0
        for _ in range(min(len(waiting), BATCH_UNITS_MAX)):
            entry = waiting.popleft()
            taken.append(entry)
            unit = entry.unit
            rows += 2 + len(unit.inserts) + len(unit.upserts) + len(unit.statements)
            if rows >= BATCH_ROWS_MAX:
                break
        return taken
