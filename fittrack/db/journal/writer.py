"""The writer: one thread, one transaction after the other, each for all that gathered during the last."""

from collections.abc import Callable
from typing import Any, NamedTuple

import structlog

from fittrack.db.journal.appender import Outcome
from fittrack.db.journal.batch import BatchWriter, Entry, Written
from fittrack.db.journal.errors import NotStored, StaleLog, StalePeer
from fittrack.db.journal.intake import Intake, Job, Load
from fittrack.db.journal.metrics import JournalMetrics
from fittrack.db.journal.store import Fault, Store
from fittrack.db.journal.unit import Committed
from fittrack.kit.clock import Clock
from fittrack.kit.problems import OutcomeUnknown

# Seconds. Jobs share a transaction with appends that wait for their COMMIT; those that find no time go
# first in the next.
JOBS_SECONDS_MAX = 0.02

log = structlog.get_logger(__name__)


class Result(NamedTuple):
    """How a job ended: what it returned, or what it raised."""

    value: Any
    error: BaseException | None


class Done(NamedTuple):
    """A finished transaction: everything in it has its outcome. `fatal` ends the process."""

    entries: list[Entry]
    outcomes: list[Outcome]
    jobs: list[Job]
    results: list[Result]
    fatal: BaseException | None = None


class Writer:
    """Runs in its own thread until the intake is closed and empty, or the database cannot be trusted."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        clock: Clock,
        metrics: JournalMetrics,
        deliver: Callable[[Done], None],
    ) -> None:
        self._store, self._intake, self._clock = store, intake, clock
        self._metrics, self._deliver = metrics, deliver
        self._batch = BatchWriter(store)

    def run(self) -> None:
        """The thread's whole life."""
        while (load := self._intake.take()) is not None:
            began = self._clock.monotonic()
            try:
                done = self._transaction(load)
            except BaseException as error:  # a defect of the journal itself: what it left is not known
                done = self._defect(load, error)
            self._count(done, self._clock.monotonic() - began)
            self._deliver(done)
            if done.fatal is not None:
                return  # without closing: that would write to a file that must not be trusted
        self._store.close()

    def _transaction(self, load: Load) -> Done:
        try:
            written, jobs, results = self._write(load)
        except Exception as error:
            return self._aborted(load, error)
        try:
            self._store.commit()
        except Exception as error:
            return self._doubtful(load.entries, written, jobs, error)
        for appender, place in written.heads.items():
            appender.written = place
        for appender, loss in written.lost.items():
            appender.lost = loss
        return Done(load.entries, written.outcomes, jobs, results)

    def _write(self, load: Load) -> tuple[Written, list[Job], list[Result]]:
        self._store.begin()
        written = self._batch.write(load.entries)
        if written.replayed:
            self._metrics.replays += 1
        jobs, results = self._run(load.jobs)
        return written, jobs, results

    def _run(self, jobs: list[Job]) -> tuple[list[Job], list[Result]]:
        """Run `jobs` while there is time, each under its own savepoint; the rest goes back to the queue."""
        results: list[Result] = []
        if not jobs:
            return jobs, results
        until = self._clock.monotonic() + JOBS_SECONDS_MAX
        connection = self._store.connection()
        for job in jobs:
            if results and self._clock.monotonic() >= until:
                break
            try:
                with connection.begin_nested():
                    value = job.run(connection)
            except Exception as error:
                if self._store.fault_of(error) is Fault.DATABASE:
                    raise
                results.append(Result(None, error))
            else:
                results.append(Result(value, None))
        self._intake.put_back(jobs[len(results) :])
        return jobs[: len(results)], results

    def _aborted(self, load: Load, error: Exception) -> Done:
        """Before COMMIT is sent, whatever ends the transaction leaves nothing of it."""
        log.error("batch not stored", units=len(load.entries), jobs=len(load.jobs), error=repr(error))
        self._store.rollback()
        failures: list[Outcome] = [
            _because(NotStored("The database cannot store it now"), error) for _ in load.entries
        ]
        results = [
            Result(None, _because(NotStored("The database cannot store it now"), error)) for _ in load.jobs
        ]
        return Done(load.entries, failures, load.jobs, results)

    def _doubtful(self, entries: list[Entry], written: Written, jobs: list[Job], error: Exception) -> Done:
        """COMMIT was sent and not answered: what was written may be there, or come to be."""
        log.critical("commit failed", units=len(entries), jobs=len(jobs), error=repr(error))
        outcomes: list[Outcome] = []
        for entry, outcome in zip(entries, written.outcomes, strict=True):
            if not isinstance(outcome, Committed):
                outcomes.append(outcome)
                continue
            outcomes.append(_because(OutcomeUnknown(), error))
            rev = entry.appender.written[0]
            if outcome.rev > rev:
                entry.appender.doubtful.append(entry.unit.unit_id)
                entry.appender.lost = StaleLog(rev + 1, None)
        results = [Result(None, _because(OutcomeUnknown(), error)) for _ in jobs]
        self._store.abandon()
        fatal = error if self._store.commit_failure_is_fatal else None
        return Done(entries, outcomes, jobs, results, fatal)

    def _defect(self, load: Load, error: BaseException) -> Done:
        log.critical("the journal failed", error=repr(error), exc_info=error)
        outcomes: list[Outcome] = [_because(OutcomeUnknown(), error) for _ in load.entries]
        results = [Result(None, _because(OutcomeUnknown(), error)) for _ in load.jobs]
        return Done(load.entries, outcomes, load.jobs, results, fatal=error)

    def _count(self, done: Done, seconds: float) -> None:
        metrics = self._metrics
        metrics.batches += 1
        metrics.units += len(done.entries)
        metrics.jobs += len(done.jobs)
        metrics.queue_depth = self._intake.depth
        metrics.batch_seconds.observe(seconds)
        for outcome in done.outcomes:
            if type(outcome) is Committed:
                continue
            if isinstance(outcome, StaleLog | StalePeer):
                metrics.stale += 1
            elif isinstance(outcome, OutcomeUnknown):
                metrics.unknown += 1
            elif isinstance(outcome, NotStored):
                metrics.not_stored += 1
            else:
                metrics.refused += 1


def _because(problem: BaseException, cause: BaseException) -> BaseException:
    problem.__cause__ = cause
    return problem
