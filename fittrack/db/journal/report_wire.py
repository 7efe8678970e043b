"""A report as it travels: bare numbers for what is stored, errors with what pickling them loses."""

import traceback
from typing import Any, NamedTuple

from fittrack.db.journal.load import Report, Result
from fittrack.db.journal.unit import Committed
from fittrack.db.journal.wire import dumps, loads
from fittrack.kit.problems import Problem


class Told(NamedTuple):
    """An error, and notes on its cause and where it came from."""

    error: BaseException
    notes: list[str]


def to_node(report: Report) -> Report:
    """`report` as it is sent."""
    outcomes: list[Any] = [
        _tell(outcome) if isinstance(outcome, BaseException) else outcome.rev for outcome in report.outcomes
    ]
    return _with_errors(report, outcomes, _tell)


def from_writer(report: Report) -> Report:
    """The report as it was."""
    told: list[Any] = report.outcomes
    outcomes = [Committed(outcome) if type(outcome) is int else _hear(outcome) for outcome in told]
    return _with_errors(report, outcomes, _hear)


def _with_errors(report: Report, outcomes: list[Any], change: Any) -> Report:
    return report._replace(
        outcomes=outcomes,
        results=[Result(value, error and change(error)) for value, error in report.results],
        doubtful=report.doubtful and change(report.doubtful),
        fatal=report.fatal and change(report.fatal),
    )


def _tell(error: BaseException) -> Told:
    notes = [f"caused by {error.__cause__!r}"] if error.__cause__ is not None else []
    if error.__traceback__ is not None and not isinstance(error, Problem):
        notes.append("".join(traceback.format_tb(error.__traceback__)))
    try:
        loads(dumps(error))
    except Exception as fault:
        return Told(RuntimeError(f"{error!r}, which cannot travel: {fault!r}"), notes)
    return Told(error, notes)


def _hear(told: Told) -> BaseException:
    for note in told.notes:
        told.error.add_note(note)
    return told.error
