"""Events that follow from units: put into the very unit that they tell of, wherever it comes from.

Whatever changes points, a drawing's state or a prize does it with rows that are looked for here, on their
way into the journal. So no event is lost, none is there before its fact, and nobody who writes has to think
of it.
While nobody subscribed to anything, a unit costs one look at an empty set.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from fittrack.db.handles import Table
from fittrack.db.journal import Unit
from fittrack.db.tables.drawings import fulfillments
from fittrack.db.tables.logs import drawing_log, ledger
from fittrack.db.tables.messages import webhook_events
from fittrack.db.tables.prizes import fulfillment_transitions
from fittrack.kit.clock import whole_milliseconds
from fittrack.kit.ids import uuid7_of
from fittrack.webhooks.events import (
    Data,
    DrawingChanged,
    EventType,
    FulfillmentChanged,
    PointsChanged,
    TicketsPurchased,
    body_of,
)
from protocol.shapes import instant

Event = tuple[EventType, Data]
Row = Mapping[str, Any]

_DRAWINGS: Final = {
    "closed": EventType.DRAWING_CLOSED,
    "completed": EventType.DRAWING_COMPLETED,
    "cancelled": EventType.DRAWING_CANCELLED,
}
"""By the kind of the unit."""


class Following:
    """Adds the events that somebody wants."""

    __slots__ = ("wanted",)

    def __init__(self) -> None:
        self.wanted: Collection[str] = frozenset()
        """Types to which some endpoint subscribed."""

    def __call__(self, log: Table, key: UUID, unit: Unit) -> None:
        """Put into `unit`, which is about to be written to `key`'s log, the events that follow from it."""
        if not self.wanted:
            return
        found = [event for event in events_of(log, key, unit) if event[0] in self.wanted]
        if found:
            unit.inserts = [*unit.inserts, *(_row(unit, *event) for event in found)]


def events_of(log: Table, key: UUID, unit: Unit) -> Iterator[Event]:
    """What happens with a unit."""
    if log is drawing_log and unit.kind in _DRAWINGS:
        yield _DRAWINGS[unit.kind], DrawingChanged(drawing_id=key, status=unit.kind)
    for table, values in unit.inserts:
        made = _MADE_OF.get(table)
        if made is not None:
            event = made(dict(zip(table.columns.keys(), values, strict=True)), unit)
            if event is not None:
                yield event


def _of_ledger(entry: Row, unit: Unit) -> Event | None:
    match entry["transaction_type"]:
        case "earn":
            return EventType.POINTS_EARNED, _points(entry)
        case "adjust":
            return EventType.POINTS_ADJUSTED, _points(entry)
        case "spend":
            assert unit.entry is not None, "points are spent on tickets"
            return EventType.TICKETS_PURCHASED, TicketsPurchased(
                user_id=entry["user_id"],
                transaction_id=entry["transaction_id"],
                seq=entry["seq"],
                drawing_id=UUID(entry["reference_id"]),
                quantity=unit.entry[1],
                points_spent=-entry["amount"],
            )
    return None


def _points(entry: Row) -> PointsChanged:
    return PointsChanged(
        user_id=entry["user_id"],
        transaction_id=entry["transaction_id"],
        seq=entry["seq"],
        amount=entry["amount"],
        reference_type=entry["reference_type"],
        reference_id=entry["reference_id"],
    )


def _of_prize(prize: Row, _: Unit) -> Event:
    made = FulfillmentChanged(fulfillment_id=prize["fulfillment_id"], status=prize["status"], step=0)
    return EventType.FULFILLMENT_CREATED, made


def _of_step(step: Row, _: Unit) -> Event:
    moved = FulfillmentChanged(
        fulfillment_id=step["fulfillment_id"], status=step["to_status"], step=step["step_number"]
    )
    return EventType.FULFILLMENT_UPDATED, moved


_MADE_OF: Final[Mapping[Table, Callable[[Row, Unit], Event | None]]] = {
    ledger: _of_ledger,
    fulfillments: _of_prize,
    fulfillment_transitions: _of_step,
}
"""What the insertion of a row means."""


def _row(unit: Unit, event_type: EventType, data: Data) -> tuple[Table, tuple[Any, ...]]:
    at = whole_milliseconds(unit.created_at)
    return webhook_events, (
        uuid7_of(at),
        event_type.value,
        body_of(event_type, instant(at), data),
        at,
        at,
    )
