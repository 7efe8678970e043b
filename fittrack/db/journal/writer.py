"""The writer: a load becomes one transaction, of which it reports. It knows nothing of who waits."""

from collections.abc import Callable, Sequence
from functools import partial

import structlog

from fittrack.db.again import once_more
from fittrack.db.journal.batch import BatchWriter, Written
from fittrack.db.journal.errors import NotStored
from fittrack.db.journal.load import (
    BEGUN_WITHIN_S,
    COMMITTED_WITHIN_S,
    Job,
    Load,
    Report,
    Result,
)
from fittrack.db.journal.store import Fault, Store
from fittrack.db.savepoints import savepoint
from fittrack.kit.clock import Clock, boottime
from fittrack.kit.problems import OutcomeUnknown

# Seconds. Jobs share a transaction with appends that wait for their COMMIT; those that find no time go
# first in the next.
JOBS_SECONDS_MAX = 0.02

log = structlog.get_logger(__name__)


class Writer:
    """Writes loads to `store`, one transaction after the other. After a fatal report it must not go on."""

    def __init__(self, store: Store, clock: Clock, boottime: Callable[[], float] = boottime) -> None:
        self._store, self._clock, self._boottime = store, clock, boottime
        self._batch = BatchWriter(store)

    def write(self, load: Load) -> Report:
        """Everything in `load` in one transaction. Never raises."""
        began = self._clock.monotonic()
        try:
            report = self._transaction(load)
        except BaseException as error:  # a defect of the journal itself: what it left is not known
            log.critical("the journal failed", error=repr(error), exc_info=error)
            report = Report.of_all(load, partial(_unknown, error), fatal=error)
        return report._replace(seconds=self._clock.monotonic() - began)

    def close(self) -> None:
        """Close the store. Not after a fatal report: that would write to a file that must not be trusted."""
        self._store.close()

    def _transaction(self, load: Load) -> Report:
        if self._boottime() - load.since > BEGUN_WITHIN_S:
            return self._too_late(load)
        try:
            written, results = self._write_or_again(load)
        except Exception as error:
            return self._aborted(load, error)
        if self._boottime() - load.since > COMMITTED_WITHIN_S:
            self._store.rollback()
            return self._too_late(load)
        began = self._clock.monotonic()
        try:
            self._store.commit()
        except Exception as error:
            return self._doubtful(written, results, error)
        seconds = self._clock.monotonic() - began
        return Report(written.outcomes, results, replayed=written.replayed, commit_seconds=seconds)

    def _write_or_again(self, load: Load) -> tuple[Written, list[Result]]:
        """Once more if the connection was lost, or given up for others: before COMMIT, nothing is stored."""
        return once_more(
            partial(self._write, load), self._store.may_write_again, self._store.rollback, what="the batch"
        )

    def _write(self, load: Load) -> tuple[Written, list[Result]]:
        self._store.begin()
        written = self._batch.write(load.ends, load.units)
        return written, self._run(load.jobs)

    def _run(self, jobs: Sequence[Job]) -> list[Result]:
        """Run `jobs` while there is time, each under its own savepoint."""
        results: list[Result] = []
        if not jobs:
            return results
        until = self._clock.monotonic() + JOBS_SECONDS_MAX
        connection = self._store.connection()
        for job in jobs:
            if results and self._clock.monotonic() >= until:
                break
            try:
                with savepoint(connection):
                    value = job.run(connection)
            except Exception as error:
                if self._store.fault_of(error) is Fault.DATABASE:
                    raise
                results.append(Result(b"", error))
            else:
                results.append(Result(value))
        return results

    def _aborted(self, load: Load, error: Exception) -> Report:
        """Before COMMIT is sent, whatever ends the transaction leaves nothing of it."""
        log.error("batch not stored", units=len(load.units), jobs=len(load.jobs), error=repr(error))
        self._store.rollback()
        return Report.of_all(load, partial(_not_stored, error))

    def _too_late(self, load: Load) -> Report:
        """Nothing of the units is stored; jobs, for which it is never too late, come with the next load."""
        log.warning("batch too late", units=len(load.units), seconds=boottime() - load.since)
        return Report([NotStored("It waited too long; nothing happened") for _ in load.units], [])

    def _doubtful(self, written: Written, results: list[Result], error: Exception) -> Report:
        """COMMIT was sent and not answered: what was written may be there, or come to be."""
        log.critical("commit failed", units=len(written.outcomes), jobs=len(results), error=repr(error))
        self._store.abandon()
        fatal = error if self._store.commit_failure_is_fatal else None
        return Report(written.outcomes, results, replayed=written.replayed, doubtful=error, fatal=fatal)


def _unknown(cause: BaseException) -> BaseException:
    unknown = OutcomeUnknown()
    unknown.__cause__ = cause
    return unknown


def _not_stored(cause: BaseException) -> BaseException:
    not_stored = NotStored("The database cannot store it now")
    not_stored.__cause__ = cause
    return not_stored
