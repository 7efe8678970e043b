"""The journal: what the rest of the program sees of group commit (DESIGN 3)."""

import asyncio
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Table

from fittrack.db.journal.appender import Appender
from fittrack.db.journal.errors import JournalStopped
from fittrack.db.journal.host import WriterHost
from fittrack.db.journal.intake import (
    UNITS_TO_BEGIN_WITH,
    Errand,
    Follow,
    Intake,
    Waiting,
    nothing_follows,
)
from fittrack.db.journal.load import Report, Result
from fittrack.db.journal.log_table import log_table
from fittrack.db.journal.metrics import JournalMetrics
from fittrack.db.journal.settling import count, load_of, settle, tell_of_failures
from fittrack.db.journal.unit import Head
from fittrack.db.journal.wire import PickledCall, loads
from fittrack.kit import tracing
from fittrack.kit.clock import Clock
from fittrack.kit.problems import OutcomeUnknown
from fittrack.kit.tracing import Span

LINKS_MAX: Final = 128
"""Of a batch's span, to what its units are for: as many as OpenTelemetry keeps unless told otherwise."""

P = ParamSpec("P")
T = TypeVar("T")


class Journal:
    """Writes units and jobs, many in one transaction, by the writer of `host`. Lives on one event loop.

    `on_fatal` is called, on the event loop, when the database can no longer be trusted or the writer
    is gone: the process must end, and its supervisor start it anew. `begin_with` units are enough for an
    idle writer to begin. `follow` adds to each unit what is to be written with it.
    """

    def __init__(
        self,
        host: WriterHost,
        clock: Clock,
        *,
        on_fatal: Callable[[BaseException], None],
        metrics: JournalMetrics | None = None,
        begin_with: int = UNITS_TO_BEGIN_WITH,
        follow: Follow = nothing_follows,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._host, self._on_fatal = host, on_fatal
        self.metrics = metrics or JournalMetrics()
        self._intake = Intake(clock, self._gather, self._next, begin_with, follow)
        self._written: Waiting | None = None
        """What the writer has in hand."""
        self._span: Span | None = None
        self._ended = asyncio.Event()
        host.start(self._reported, self._end)

    async def ready(self) -> None:
        """Wait until the writer is there. Raises what ended it when it could not begin."""
        await self._host.ready()

    def open(self, table: Table, key: UUID, head: Head) -> Appender:
        """Take up a log where its reader saw its end. Whoever opens it next wins: the database fences."""
        return Appender(self._intake, log_table(table), key, head)

    async def transact(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(connection, *args)` where the writer is, all or nothing; returns after the COMMIT.

        For everything that belongs to no actor's log. `fn` is a function of a module; its arguments,
        its result and what it raises are plain values that pickle. Whatever `fn` raises comes out here, and
        nothing of it was stored. It must be short, must not commit, and runs to its end even if
        the caller goes away. Raises Busy, NotStored or OutcomeUnknown besides.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._intake.put_job(Errand(PickledCall.of(fn, args, kwargs), future))
        return await future

    async def stop(self) -> None:
        """Write what waits, then end. What comes later is refused with JournalStopped."""
        self._intake.close()
        await self._ended.wait()

    def _gather(self) -> None:
        # Not sent at once: what this turn of the event loop appends, and what it starts that appends in
        # the next, goes into one batch, unless it is enough before.
        self._loop.call_soon(self._loop.call_soon, self._gathered)

    def _gathered(self) -> None:
        if self._intake.gathering:
            self._next()

    def _next(self) -> None:
        """Give the writer what gathered while it wrote."""
        waiting = self._intake.take()
        if waiting.entries or waiting.errands:
            self._written = waiting
            if tracing.recorder is not None:
                causes = (cause for _, _, _, cause, _ in waiting.entries[:LINKS_MAX] if cause)
                self._span = tracing.recorder.begin("journal batch", "", links=causes)
            self._host.send(load_of(waiting))
        elif self._intake.closed:
            self._host.close()

    def _reported(self, report: Report) -> None:
        written, self._written = self._written, None
        assert written is not None, "a report is of what was sent"
        report = settle(written.entries, report)
        done = len(report.results)
        self._intake.put_back(written.errands[done:])
        if self._span is not None:
            self._span.end({"units": len(report.outcomes), "jobs": done, "commit_s": report.commit_seconds})
            self._span = None
        self.metrics.queue_depth = self._intake.depth
        if count(self.metrics, report):
            tell_of_failures(written.entries, report)
        if report.fatal is None:
            self._next()  # before anybody is told: it writes while they go on
        self._deliver(Waiting(written.entries, written.errands[:done]), report)

    def _deliver(self, written: Waiting, report: Report) -> None:
        """Tell everybody of one transaction, in the order of their appends."""
        for (appender, unit, on_done, *_), outcome in zip(written.entries, report.outcomes, strict=True):
            appender.landed(unit, outcome)
            try:
                on_done(outcome)
            except Exception as error:
                context = {"message": "a unit's callback failed", "exception": error}
                self._loop.call_exception_handler(context)
        for errand, result in zip(written.errands, report.results, strict=True):
            _tell(errand, result)
        if report.fatal is not None:
            self._intake.close()
            self._on_fatal(report.fatal)

    def _end(self, error: BaseException | None) -> None:
        """The writer has ended; after a fatal failure something may be left that was never begun."""
        self._intake.close()
        if self._written is not None:
            load = load_of(self._written)
            self._reported(Report.of_all(load, OutcomeUnknown, fatal=error))
        elif error is not None:
            self._on_fatal(error)
        left = self._intake.drain()
        self._deliver(left, Report.of_all(load_of(left), JournalStopped))
        self._ended.set()


def _tell(errand: Errand, result: Result) -> None:
    if errand.future.done():  # its caller went away
        return
    if result.error is not None:
        errand.future.set_exception(result.error)
        return
    try:
        errand.future.set_result(loads(result.value))
    except Exception as error:  # its own caller's, who gave it to do
        errand.future.set_exception(error)
