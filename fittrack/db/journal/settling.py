"""What a report means to those who wait: their logs' heads, their outcomes, what is counted."""

from math import inf
from typing import Final

import structlog

from fittrack.db.journal.appender import Appender
from fittrack.db.journal.errors import NotStored, StaleLog, StalePeer
from fittrack.db.journal.intake import Entry, Waiting
from fittrack.db.journal.load import End, Load, Outcome, Report, Result
from fittrack.db.journal.metrics import JournalMetrics
from fittrack.db.journal.unit import Committed
from fittrack.kit.correlation import trace_of
from fittrack.kit.problems import OutcomeUnknown

TRACES_TOLD_MAX: Final = 50
"""Of one batch in one line: a full disk concerns a thousand units at a time."""

log = structlog.get_logger(__name__)


def load_of(waiting: Waiting) -> Load:
    """What the writer needs to know: each log's end once, whatever is to go behind it."""
    numbers: dict[Appender, int] = {}
    ends: list[End] = []
    units = []
    for appender, unit, *_ in waiting.entries:
        number = numbers.get(appender)
        if number is None:
            number = numbers[appender] = len(ends)
            rev, unit_id = appender.written
            ends.append(End(appender.log.table, appender.key, rev, unit_id, appender.lost))
        units.append((number, unit))
    since = waiting.entries[0][4] if waiting.entries else inf
    return Load(ends, units, [errand.job for errand in waiting.errands], since)


def settle(entries: list[Entry], report: Report) -> Report:
    """Move the appenders to where the report leaves their logs; returns what everybody is told."""
    if report.doubtful is not None:
        return _doubt(entries, report, report.doubtful)
    for (appender, unit, *_), outcome in zip(entries, report.outcomes, strict=True):
        if type(outcome) is Committed:
            if outcome.rev == appender.written[0] + 1:
                appender.written = (outcome.rev, unit.unit_id)
        elif isinstance(outcome, StaleLog) and appender.lost is None:
            appender.lost = outcome
    return report


def _doubt(entries: list[Entry], report: Report, error: BaseException) -> Report:
    """Nobody knows what the COMMIT did: what was refused before it is certain, the rest is not."""
    outcomes: list[Outcome] = []
    for (appender, unit, *_), outcome in zip(entries, report.outcomes, strict=True):
        if not isinstance(outcome, Committed):
            outcomes.append(outcome)
            continue
        outcomes.append(_unknown(error))
        rev = appender.written[0]
        if outcome.rev > rev:
            appender.doubtful.append(unit.unit_id)
            appender.lost = StaleLog(rev + 1, None)
    return report._replace(outcomes=outcomes, results=[Result(b"", _unknown(error)) for _ in report.results])


def _unknown(cause: BaseException) -> OutcomeUnknown:
    unknown = OutcomeUnknown()
    unknown.__cause__ = cause
    return unknown


def count(metrics: JournalMetrics, report: Report) -> int:
    """Add a finished transaction to the figures. Returns how many of its units failed."""
    failed = 0
    metrics.batches += 1
    metrics.replays += report.replayed
    metrics.units += len(report.outcomes)
    metrics.jobs += len(report.results)
    metrics.batch_units.observe(len(report.outcomes))
    metrics.batch_seconds.observe(report.seconds)
    metrics.commit_seconds.observe(report.commit_seconds)
    for outcome in report.outcomes:
        if type(outcome) is Committed:
            continue
        failed += 1
        if isinstance(outcome, StaleLog | StalePeer):
            metrics.stale += 1
        elif isinstance(outcome, OutcomeUnknown):
            metrics.unknown += 1
        elif isinstance(outcome, NotStored):
            metrics.not_stored += 1
        else:
            metrics.refused += 1
    return failed


def tell_of_failures(entries: list[Entry], report: Report) -> None:
    """Say on whose behalf was done what is not stored, or not known to be: why, the writer tells."""
    concerned: dict[str, list[str]] = {}
    for (_, _, _, cause, _), outcome in zip(entries, report.outcomes, strict=True):
        # Who was overtaken reloads and tries again: that is no failure.
        if not isinstance(outcome, Committed | StaleLog | StalePeer):
            concerned.setdefault(type(outcome).__name__, []).append(trace_of(cause))
    for outcome_name, traces in concerned.items():
        log.warning(
            "journal.units_failed",
            outcome=outcome_name,
            units=len(traces),
            trace_ids=sorted(set(traces) - {""})[:TRACES_TOLD_MAX],
        )
