"""Drawings as rows hold them: the model plus what only the database and the proof need."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid5

from msgspec import Struct

from fittrack.drawings.model import Drawing, DrawingStatus, Prize
from fittrack.fairness.beacon import Beacon
from fittrack.kit.ids import DrawingId, FulfillmentId, PrizeId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCommitment:
    """What was committed to when the drawing was scheduled; secrets sealed as at rest (FAIRNESS 1)."""

    sealed_seed: bytes
    sealed_drawing_key: bytes
    seed_commit: bytes
    rules: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The closing row: what was frozen when sales ended (FAIRNESS 2)."""

    closed_at: datetime
    total_tickets: int
    entrants: int
    root: bytes
    seed: bytes | None
    """As published: at the close where a beacon decides, with the draw where none does."""


class TakenBeacon(Struct, frozen=True, kw_only=True):
    """The round that decided, as the drawing's row keeps it: JSON, written with the draw."""

    chain: str
    round: int
    signature: str
    """Hexadecimal."""
    had_at: datetime
    """When the drawing had it."""

    @property
    def beacon(self) -> Beacon:
        """The round itself."""
        return Beacon(self.round, bytes.fromhex(self.signature))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDrawing:
    """Everything the tables say of one drawing."""

    drawing: Drawing
    created_at: datetime
    commitment: SealedCommitment | None = None
    closing: Closing | None = None
    beacon: TakenBeacon | None = None
    scheduled_at: datetime | None = None
    opened_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    refunds_owed_rev: int | None = None
    """Cancelled: the place in its log up to which purchases are owed back; None: no more are to be."""

    def in_state(self, status: DrawingStatus, **changes: Any) -> Self:
        """The same drawing in another state, with what changed on the way."""
        return replace(self, drawing=replace(self.drawing, status=status), **changes)


class StoredPrize(NamedTuple):
    """A prize in the list of all drawings' prizes."""

    drawing_id: DrawingId
    status: DrawingStatus
    """The drawing's."""
    prize: Prize
    awarded: int
    delivered: int
    returned: int


class TakenOver(NamedTuple):
    """How somebody came to a prize that its former holder had forfeited."""

    after_order: int
    """The draw order of that holder."""
    reason: str
    at: datetime


class Forfeited(NamedTuple):
    """That somebody lost a prize they had won, and why."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """Somebody who was drawn for a prize slot."""

    drawing_id: DrawingId
    draw_order: int
    prize_id: PrizeId
    prize_rank: int
    prize_name: str
    user_id: UserId
    tag: bytes
    winning_ticket_number: int
    word: int
    tickets_held: int

    @property
    def fulfillment_id(self) -> FulfillmentId:
        """The fulfilment that follows from it."""
        return fulfillment_id(self.drawing_id, self.draw_order)

    def announced_as(self, display_name: str) -> "StoredWinner":
        """The winner under a public name, the first to have the prize."""
        return StoredWinner(
            drawing_id=self.drawing_id,
            draw_order=self.draw_order,
            prize_id=self.prize_id,
            prize_rank=self.prize_rank,
            prize_name=self.prize_name,
            user_id=self.user_id,
            tag=self.tag,
            winning_ticket_number=self.winning_ticket_number,
            word=self.word,
            tickets_held=self.tickets_held,
            display_name=display_name,
            slot=self.draw_order,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWinner(Winner):
    """A winner as they are announced, and what became of the prize."""

    display_name: str
    slot: int
    """The draw order of whoever had the prize first."""
    taken_over: TakenOver | None = None
    forfeited: Forfeited | None = None


def fulfillment_id(drawing_id: DrawingId, draw_order: int) -> FulfillmentId:
    """Follows from what it is: a draw that is made again owes nothing twice."""
    return FulfillmentId(uuid5(drawing_id, f"fulfillment/{draw_order}"))


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One purchase or free entry, in the order of the drawing's log."""

    receipt: UUID
    user_id: UserId
    ticket_count: int
    kind: str
    created_at: datetime
    rules_version: int | None = None
    """Of the official rules, where it was asked for."""
