"""What units write of a prize on its way. Reading is in `queries`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Update, delete, update

from fittrack.db.handles import Table
from fittrack.db.tables.drawings import fulfillments
from fittrack.db.tables.prizes import fulfillment_transitions, shipping_addresses
from fittrack.fulfilments.model import Fulfillment
from fittrack.fulfilments.rules import ADDRESS_KEPT
from fittrack.kit.ids import FulfillmentId, UserId

NOTE_LENGTH_MAX = 500
"""Characters of a step's note."""

TableRow = tuple[Table, tuple[Any, ...]]


def update_fulfilment(fulfilment: Fulfillment) -> Update:
    """The prize as it is now."""
    return (
        update(fulfillments)
        .where(fulfillments.c.fulfillment_id == fulfilment.fulfillment_id)
        .values(
            status=fulfilment.status.value,
            carrier=fulfilment.carrier,
            tracking_number=fulfilment.tracking_number,
            notes=fulfilment.notes,
            next_due_at=fulfilment.next_due_at,
            address_due_at=fulfilment.address_due_at,
            warned_at=fulfilment.warned_at,
            forfeit_reason=None if fulfilment.forfeit_reason is None else fulfilment.forfeit_reason.value,
            forfeited_at=fulfilment.forfeited_at,
            delivered_at=fulfilment.delivered_at,
            updated_at=fulfilment.updated_at,
        )
    )


def step_row(
    former: Fulfillment, latter: Fulfillment, actor_id: UserId | None, note: str | None = None
) -> TableRow:
    """The transition from `former` to `latter`. Its number is taken once: two deciders cannot both write."""
    return fulfillment_transitions, (
        latter.fulfillment_id,
        latter.steps,
        former.status.value,
        latter.status.value,
        actor_id,
        (note or "")[:NOTE_LENGTH_MAX] or None,
        latter.updated_at,
    )


def address_row(fulfilment_id: FulfillmentId, sealed: bytes, now: datetime) -> TableRow:
    """Where the prize is sent, in place of what was said before."""
    return shipping_addresses, (fulfilment_id, sealed, now, None)


def forget_address(fulfilment_id: FulfillmentId) -> Delete:
    """Nothing will be sent there."""
    return delete(shipping_addresses).where(shipping_addresses.c.fulfillment_id == fulfilment_id)


def forget_address_later(fulfilment_id: FulfillmentId, delivered_at: datetime) -> Update:
    """It is kept for questions about the parcel, and erased then (SPEC 6)."""
    return (
        update(shipping_addresses)
        .where(shipping_addresses.c.fulfillment_id == fulfilment_id)
        .values(erase_at=delivered_at + ADDRESS_KEPT)
    )
