"""Free entries: each has its evidence, and the drawing's limit holds (SPEC 5). Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant, drawing


class Held(NamedTuple):
    """Who has how many tickets of an entry."""

    user_id: UUID
    tickets: int


class FreeEntryRow(NamedTuple):
    """A free entry as the drawing's log has it, and as it was recorded with its evidence."""

    drawing_id: UUID
    unit_id: UUID
    entered: Held | None
    recorded: Held | None


class Excess(NamedTuple):
    """Somebody with more free tickets than `limit`."""

    drawing_id: UUID
    user_id: UUID
    tickets: int
    limit: int


def check_evidence(rows: Iterable[FreeEntryRow]) -> Iterator[Finding]:
    """Compare entries with what they rest on."""
    for row in rows:
        if row.entered is None:
            yield _finding(row.drawing_id, f"evidence is recorded for {row.unit_id}, which is no free entry")
        elif row.recorded is None:
            yield _finding(row.drawing_id, f"the free entry {row.unit_id} has no evidence")
        elif row.recorded != row.entered:
            yield _finding(row.drawing_id, f"the evidence of {row.unit_id} is for another entry")


def check_limits(beyond: Iterable[Excess]) -> Iterator[Finding]:
    """Everybody in `beyond` has too many."""
    for found in beyond:
        sentence = f"player {found.user_id} has {found.tickets} free tickets, {found.limit} are allowed"
        yield _finding(found.drawing_id, sentence)


def _finding(drawing_id: UUID, sentence: str) -> Finding:
    return Finding(Invariant.FREE_ENTRIES, drawing(drawing_id), sentence)
