"""Prizes on their way as their winners and admins see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import structlog
from msgspec import UNSET

from fittrack.fulfilments import schemas
from fittrack.fulfilments.addresses import Address
from fittrack.fulfilments.model import Fulfillment, Step
from fittrack.fulfilments.queries import Listed, SealedAddress
from fittrack.kit import seal_contexts
from fittrack.kit.ids import FulfillmentId
from fittrack.kit.money import usd
from fittrack.kit.sealing import SealBroken, Sealer
from fittrack.server.etags import Versions, check_version, etag_of, version_of
from protocol.shapes import Instant, instant

log = structlog.get_logger(__name__)


def shape(fulfilment: Fulfillment, *, for_admin: bool) -> schemas.Fulfillment:
    """A fulfilment; notes and successor are for admins. Its tag is the same for whoever may see it."""
    whole = _whole(fulfilment)
    shown = whole if for_admin else msgspec.structs.replace(whole, notes=UNSET, successor_id=UNSET)
    return msgspec.structs.replace(shown, etag=etag_of(_version(fulfilment, whole)))


def check_fulfilment(fulfilment: Fulfillment, wanted: Versions) -> None:
    """Raise `PreconditionFailed` unless the fulfilment is at a version that is wanted."""
    check_version(_version(fulfilment, _whole(fulfilment)), wanted)


def _version(fulfilment: Fulfillment, whole: schemas.Fulfillment) -> str:
    return f"{fulfilment.steps}.{version_of(whole)}"


def _whole(fulfilment: Fulfillment) -> schemas.Fulfillment:
    return schemas.Fulfillment(
        fulfillment_id=fulfilment.fulfillment_id,
        drawing_id=fulfilment.drawing_id,
        drawing_name=fulfilment.drawing_name,
        prize_id=fulfilment.prize_id,
        prize_name=fulfilment.prize_name,
        prize_rank=fulfilment.prize_rank,
        value_usd=usd(fulfilment.value_usd),
        fulfillment_type=fulfilment.fulfillment_type,
        user_id=fulfilment.user_id,
        status=fulfilment.status,
        carrier=fulfilment.carrier,
        tracking_number=fulfilment.tracking_number,
        address_due_at=_instant(fulfilment.address_due_at),
        warned_at=_instant(fulfilment.warned_at),
        forfeit_reason=fulfilment.forfeit_reason,
        forfeited_at=_instant(fulfilment.forfeited_at),
        delivered_at=_instant(fulfilment.delivered_at),
        created_at=instant(fulfilment.created_at),
        updated_at=instant(fulfilment.updated_at),
        etag="",
        notes=fulfilment.notes,
        successor_id=fulfilment.successor_id,
    )


def listed(found: Listed, *, for_admin: bool) -> schemas.ListedFulfillment:
    """A line of a list."""
    return schemas.ListedFulfillment(**_line(found, for_admin=for_admin))


def detail(
    found: Listed,
    steps: Sequence[Step],
    address: schemas.ShownAddress | None,
    *,
    for_admin: bool,
) -> schemas.FulfillmentDetail:
    """All there is to see of one."""
    winner = found.fulfilment.user_id
    history = [
        schemas.ShownStep(
            step=step.number,
            from_status=step.from_status,
            to_status=step.to_status,
            by="clock" if step.actor_id is None else "winner" if step.actor_id == winner else "admin",
            note=step.note,
            at=instant(step.at),
            actor_id=step.actor_id if for_admin else UNSET,
        )
        for step in steps
    ]
    return schemas.FulfillmentDetail(**_line(found, for_admin=for_admin), address=address, history=history)


def _line(found: Listed, *, for_admin: bool) -> dict[str, Any]:
    fields = msgspec.structs.asdict(shape(found.fulfilment, for_admin=for_admin))
    if for_admin:
        fields |= {"display_name": found.display_name, "on_hold": found.on_hold}
    return fields


def seal_address(sealer: Sealer, fulfilment_id: FulfillmentId, address: Address) -> bytes:
    """The address as the table keeps it."""
    return sealer.seal(msgspec.json.encode(address), seal_contexts.shipping_address(fulfilment_id))


def open_address(
    sealer: Sealer, fulfilment_id: FulfillmentId, kept: SealedAddress | None
) -> schemas.ShownAddress | None:
    """The address in clear; None where there is none, or its key is gone."""
    if kept is None:
        return None
    try:
        plain = sealer.open(kept.sealed, seal_contexts.shipping_address(fulfilment_id))
    except SealBroken:
        log.exception("fulfillment.unreadable_address", fulfillment_id=str(fulfilment_id))
        return None
    address = msgspec.json.decode(plain, type=Address)
    fields = msgspec.structs.asdict(address)
    return schemas.ShownAddress(**fields, confirmed_at=instant(kept.confirmed_at))


def _instant(moment: datetime | None) -> Instant | None:
    return None if moment is None else instant(moment)
