"""The journal: what the rest of the program sees of group commit (DESIGN 3)."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine, Table

from fittrack.db.journal.appender import Appender
from fittrack.db.journal.errors import JournalStopped
from fittrack.db.journal.intake import Intake, Job
from fittrack.db.journal.log_table import log_table
from fittrack.db.journal.metrics import JournalMetrics
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.db.journal.unit import Head
from fittrack.db.journal.writer import Done, Result, Writer
from fittrack.kit.clock import Clock

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger(__name__)


class Journal:
    """Writes units and jobs, many in one transaction, from one thread. Lives on the event loop that made it.

    `on_fatal` is called, on the event loop, when the database can no longer be trusted: the process
    must end, and its supervisor start it anew. The composition root sets
    `sys.setswitchinterval(0.0001)`: with the default of 5 ms a busy event loop holds the writer up
    at each of its statements.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        on_fatal: Callable[[BaseException], None],
        metrics: JournalMetrics | None = None,
        store: Store | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_fatal = on_fatal
        self.metrics = metrics or JournalMetrics()
        self._intake = Intake(self._loop, clock)
        self._ended = asyncio.Event()
        self._writer = Writer(
            store or open_store(engine), self._intake, clock, self.metrics, self._deliver_soon
        )
        # A daemon: the process may end at any instant, which is what the database is for.
        threading.Thread(target=self._write, name="journal", daemon=True).start()

    def open(self, table: Table, key: UUID, head: Head) -> Appender:
        """Take up a log where its reader saw its end. Whoever opens it next wins: the database fences."""
        return Appender(self._intake, log_table(table), key, head)

    async def transact(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(connection, *args)` in the writer's thread, all or nothing; returns after the COMMIT.

        For everything that belongs to no actor's log. `fn` is a function of a module; its arguments,
        its result and what it raises are plain values that pickle. Whatever `fn` raises comes out here, and
        nothing of it was stored. It must be short, must not commit, and runs to its end even if
        the caller goes away. Raises Busy, NotStored or OutcomeUnknown besides.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._intake.put_job(Job(lambda connection: fn(connection, *args, **kwargs), future))
        return await future

    async def stop(self) -> None:
        """Write what waits, then end. What comes later is refused with JournalStopped."""
        self._intake.close()
        await self._ended.wait()

    def _write(self) -> None:
        self._writer.run()
        self._call_soon(self._end)

    def _deliver_soon(self, done: Done) -> None:
        self._call_soon(self._deliver, done)

    def _call_soon(self, callback: Callable[..., None], *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:  # the event loop is closed: nobody is left who could be told
            log.warning("an outcome came after the event loop had ended")

    def _deliver(self, done: Done) -> None:
        """Tell everybody of one transaction, in the order of their appends."""
        for (appender, unit, on_done), outcome in zip(done.entries, done.outcomes, strict=True):
            appender.landed(unit, outcome)
            try:
                on_done(outcome)
            except Exception as error:
                context = {"message": "a unit's callback failed", "exception": error}
                self._loop.call_exception_handler(context)
        for job, result in zip(done.jobs, done.results, strict=True):
            _tell(job, result)
        if done.fatal is not None:
            self._intake.close()
            self._on_fatal(done.fatal)

    def _end(self) -> None:
        """The thread has ended; after a fatal failure something may be left that was never begun."""
        left = self._intake.drain()
        stopped = [Result(None, JournalStopped()) for _ in left.jobs]
        self._deliver(Done(left.entries, [JournalStopped() for _ in left.entries], left.jobs, stopped))
        self._ended.set()


def _tell(job: Job, result: Result) -> None:
    if job.future.done():  # its caller went away
        return
    if result.error is not None:
        job.future.set_exception(result.error)
    else:
        job.future.set_result(result.value)
