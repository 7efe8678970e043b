"""Invariant 1 for logs and inboxes, invariant 5: positions, predecessors, keys. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant
from fittrack.db.log_queries import KEY_LIFETIME


class LogRow(NamedTuple):
    """One unit of a log. `answered`: whether request and answer are kept with its key."""

    rev: int
    unit_id: UUID
    prev_unit: UUID | None
    idem_key: UUID | None
    answered: bool
    created_at: datetime


def check_log(subject: str, rows: Iterable[LogRow]) -> Iterator[Finding]:
    """What is wrong with one log, given in order of `rev`."""
    rev, unit_id, used = 0, None, dict[UUID, LogRow]()
    for row in rows:
        if row.rev != rev + 1:
            yield Finding(Invariant.LOGS, subject, f"unit {row.rev} follows unit {rev}")
        if row.prev_unit != unit_id:
            yield Finding(
                Invariant.LOGS, subject, f"unit {row.rev} was written after {row.prev_unit}, not {unit_id}"
            )
        if row.idem_key is not None:
            yield from _check_key(subject, row, used.get(row.idem_key))
            used[row.idem_key] = row
        rev, unit_id = row.rev, row.unit_id


def _check_key(subject: str, row: LogRow, earlier: LogRow | None) -> Iterator[Finding]:
    key = row.idem_key
    if not row.answered:
        yield Finding(Invariant.KEYS, subject, f"unit {row.rev} has the key {key}, but no answer to give")
    # A key is forgotten after its lifetime, and may then be used for something else.
    if earlier is not None and row.created_at - earlier.created_at <= KEY_LIFETIME:
        yield Finding(Invariant.KEYS, subject, f"the key {key} has the units {earlier.rev} and {row.rev}")


def check_positions(subject: str, positions: Iterable[int]) -> Iterator[Finding]:
    """What is wrong with the positions 1, 2, 3 … of an inbox, given in order."""
    last = 0
    for seq in positions:
        if seq != last + 1:
            yield Finding(Invariant.LOGS, subject, f"notification {seq} follows notification {last}")
        last = seq
