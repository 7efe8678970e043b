"""What winners and admins may want of a prize on its way.

`ChangeFulfillment` is decided by the winner's actor; the others, once it is forfeited, by the drawing's.
"""

from dataclasses import dataclass
from typing import ClassVar

from msgspec import UNSET, Struct, UnsetType

from fittrack.fulfilments import schemas
from fittrack.fulfilments.addresses import Address
from fittrack.fulfilments.model import ForfeitReason
from fittrack.kit.ids import FulfillmentId, UserId
from fittrack.server.etags import Versions


class Notify(Struct, frozen=True, tag=True):
    """Tell the winner, or remind them."""


class ConfirmAddress(Struct, frozen=True, tag=True):
    address: Address


class InvalidateAddress(Struct, frozen=True, tag=True):
    reason: str


class Ship(Struct, frozen=True, tag=True):
    carrier: str | None
    tracking_number: str | None


class Deliver(Struct, frozen=True, tag=True):
    """It has arrived."""


class Forfeit(Struct, frozen=True, tag=True):
    """Take the prize from the winner. `cause` is published, `reason` is not."""

    cause: ForfeitReason
    reason: str


class Edit(Struct, frozen=True, tag=True):
    """Fields to change; what is left `UNSET` stays as it is."""

    notes: str | None | UnsetType = UNSET
    carrier: str | None | UnsetType = UNSET
    tracking_number: str | None | UnsetType = UNSET


Change = Notify | ConfirmAddress | InvalidateAddress | Ship | Deliver | Forfeit | Edit


class ChangeFulfillment(Struct, frozen=True):
    """Do `change` with a prize of the player's."""

    fulfillment_id: FulfillmentId
    change: Change
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = schemas.Fulfillment


class Redraw(Struct, frozen=True):
    """Give a forfeited prize to the next alternate; when nobody is left, it goes back."""

    fulfillment_id: FulfillmentId
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = schemas.Fulfillment


class ReturnPrize(Struct, frozen=True):
    """Let a forfeited prize go back to where it came from."""

    fulfillment_id: FulfillmentId
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = schemas.Fulfillment


class AddFulfillment(Struct, frozen=True):
    """Make the fulfilment of a winner who has none."""

    user_id: UserId
    ANSWER: ClassVar[type[Struct]] = schemas.Fulfillment


DrawingsPrizeCommand = Redraw | ReturnPrize | AddFulfillment
"""What the drawing decides."""


@dataclass(frozen=True, slots=True)
class TendPrize:
    """Do what the clock demands by now of a prize: warn its winner, or forfeit it. Safe to repeat."""

    fulfillment_id: FulfillmentId
