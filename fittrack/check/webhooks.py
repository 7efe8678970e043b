"""Webhooks: one thing became of each message, there is something to send, and attempts are counted."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant


class DeliveryRow(NamedTuple):
    """One message for one endpoint."""

    endpoint_id: UUID
    message_id: UUID
    states: int
    """How many of: due, delivered, given up."""
    has_message: bool
    attempts: int
    recorded: int
    """Attempts on record: fewer where a node died before it noted one."""
    last_recorded: int


def check_webhooks(rows: Iterable[DeliveryRow]) -> Iterator[Finding]:
    """Everything that is wrong with what endpoints are sent."""
    for row in rows:
        for sentence in _faults(row):
            yield Finding(Invariant.WEBHOOKS, f"webhook {row.message_id} to {row.endpoint_id}", sentence)


def _faults(row: DeliveryRow) -> Iterator[str]:
    if row.states != 1:
        yield f"it is {row.states} of due, delivered and given up"
    if not row.has_message:
        yield "there is no such message"
    if row.recorded > row.attempts or row.last_recorded > row.attempts:
        yield f"{row.attempts} attempts were made, and more are on record"
