"""What players and admins may want of a drawing. Purchases go through the player (`actors.purchase`)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from msgspec import UNSET, Struct, UnsetType

from fittrack.drawings import schemas
from fittrack.drawings.model import Drawing, DrawingType, Eligibility, FulfillmentType, Prize
from fittrack.fairness.beacon import Beacon
from fittrack.kit.ids import DrawingId, PrizeId, SponsorId, UserId
from fittrack.server.etags import Versions
from protocol import shapes
from protocol.outbound import TicketsBought


class DrawingEdit(Struct, frozen=True, kw_only=True):
    """Fields to change; what is left `UNSET` stays as it is."""

    drawing_type: DrawingType | UnsetType = UNSET
    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    ticket_cost_points: int | UnsetType = UNSET
    sales_open: datetime | None | UnsetType = UNSET
    ticket_sales_close: datetime | UnsetType = UNSET
    drawing_time: datetime | UnsetType = UNSET
    eligibility: Eligibility | UnsetType = UNSET
    auto_execute: bool | UnsetType = UNSET
    free_tickets_per_person: int | UnsetType = UNSET


class PrizeEdit(Struct, frozen=True, kw_only=True):
    """Fields to change; what is left `UNSET` stays as it is."""

    rank: int | UnsetType = UNSET
    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    value_usd: Decimal | UnsetType = UNSET
    quantity: int | UnsetType = UNSET
    fulfillment_type: FulfillmentType | UnsetType = UNSET
    sponsor_id: SponsorId | None | UnsetType = UNSET
    sponsor: str | None | UnsetType = UNSET
    """The name of the sponsor that is given."""
    image_url: str | None | UnsetType = UNSET


class BuyTickets(Struct, frozen=True, gc=False):
    """A player's wish: `quantity` tickets of a drawing for points."""

    drawing_id: DrawingId
    quantity: int
    ANSWER: ClassVar[type[Struct]] = TicketsBought


@dataclass(frozen=True, slots=True)
class RecordFreeEntry:
    """Enter somebody without purchase. `evidence` is as it is compared (`free_entries.evidence_key`)."""

    user_id: UserId
    quantity: int
    evidence: str
    ANSWER: ClassVar[type[Struct]] = schemas.FreeEntryRecorded


@dataclass(frozen=True, slots=True)
class CreateDrawing:
    """Make a draft: the first unit of a drawing's log."""

    drawing: Drawing
    ANSWER: ClassVar[type[Struct]] = shapes.Drawing


@dataclass(frozen=True, slots=True)
class EditDrawing:
    edit: DrawingEdit
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = shapes.Drawing


@dataclass(frozen=True, slots=True)
class DeleteDrawing:
    """Take a draft away; it is cancelled and never shown again."""

    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = shapes.Drawing


@dataclass(frozen=True, slots=True)
class AddPrize:
    prize: Prize
    ANSWER: ClassVar[type[Struct]] = shapes.Prize


@dataclass(frozen=True, slots=True)
class EditPrize:
    prize_id: PrizeId
    edit: PrizeEdit
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = shapes.Prize


@dataclass(frozen=True, slots=True)
class RemovePrize:
    prize_id: PrizeId
    versions: Versions = None
    ANSWER: ClassVar[type[Struct]] = shapes.Drawing


@dataclass(frozen=True, slots=True)
class ScheduleDrawing:
    """Publish the drawing with its commitment (FAIRNESS 1)."""

    ANSWER: ClassVar[type[Struct]] = shapes.Drawing


@dataclass(frozen=True, slots=True)
class OpenDrawing:
    ANSWER: ClassVar[type[Struct]] = shapes.Drawing


@dataclass(frozen=True, slots=True)
class CloseDrawing:
    ANSWER: ClassVar[type[Struct]] = shapes.Drawing


@dataclass(frozen=True, slots=True)
class ExecuteDrawing:
    """Draw the winners (FAIRNESS 3 and 4). `beacon` is a round entered by hand, as it cannot be fetched."""

    beacon: Beacon | None = None
    ANSWER: ClassVar[type[Struct]] = schemas.Results


@dataclass(frozen=True, slots=True)
class CancelDrawing:
    """Call it off; every bought ticket is refunded, exactly once."""

    reason: str
    ANSWER: ClassVar[type[Struct]] = shapes.Drawing


@dataclass(frozen=True, slots=True)
class TendDrawing:
    """Do what the clock demands by now: open, close, cancel, execute. Safe to repeat."""
