"""Invariant 3: a drawing's log tells a possible life, entries lie within it, and tile 1..N. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from fittrack.check.findings import Finding, Invariant
from fittrack.drawings.model import DrawingStatus
from fittrack.drawings.rules import ALLOWED_TRANSITIONS

STATUS_AFTER: Mapping[str, DrawingStatus] = MappingProxyType(
    {
        "scheduled": DrawingStatus.SCHEDULED,
        "opened": DrawingStatus.OPEN,
        "closed": DrawingStatus.CLOSED,
        "completed": DrawingStatus.COMPLETED,
        "cancelled": DrawingStatus.CANCELLED,
    }
)
"""The kinds of units that take a drawing to another state."""


class LifeRow(NamedTuple):
    """A unit of a drawing's log, as far as its life is concerned."""

    rev: int
    kind: str
    tickets: int | None
    """Of an entry; None for everything else."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What the drawing's row says of its life. `total_tickets`: as frozen at the close."""

    status: DrawingStatus
    total_tickets: int | None


def check_life(subject: str, rows: Iterable[LifeRow], projected: Projection | None) -> Iterator[Finding]:
    """What is wrong with one drawing's life, given in order of `rev`. `projected` is None: it was deleted."""
    status, total, frozen = DrawingStatus.DRAFT, 0, None
    for row in rows:
        after = STATUS_AFTER.get(row.kind, status)
        if row.kind in STATUS_AFTER and after not in ALLOWED_TRANSITIONS[status]:
            yield _finding(subject, f"unit {row.rev} makes it {after}, though it was {status}")
        if row.kind == "closed":
            frozen = total
        if row.tickets is not None:
            total += row.tickets
            if status is not DrawingStatus.OPEN:
                yield _finding(subject, f"unit {row.rev} is an entry, though it was {status}")
            if row.tickets < 1:
                yield _finding(subject, f"unit {row.rev} is an entry of {row.tickets} tickets")
        status = after
    if projected is not None:
        yield from _check_projection(subject, status, frozen, projected)
    elif status is not DrawingStatus.DRAFT:
        yield _finding(subject, f"its log says that it is {status}, but it is not there")


def _check_projection(
    subject: str, status: DrawingStatus, frozen: int | None, projected: Projection
) -> Iterator[Finding]:
    if projected.status is not status:
        yield _finding(subject, f"it is {projected.status}; its log says {status}")
    if projected.total_tickets != frozen:
        yield _finding(subject, f"{projected.total_tickets} tickets were frozen; its log held {frozen}")


def _finding(subject: str, sentence: str) -> Finding:
    return Finding(Invariant.ENTRIES, subject, sentence)
