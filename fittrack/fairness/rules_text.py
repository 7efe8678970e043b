"""The rules of a draw as they are promised before the first sale: one JSON text (FAIRNESS 1).

The text is made once, stored and published byte for byte; whoever needs a value reads it from the text.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from fittrack.fairness.ftd1 import ALGORITHM

Instant = Annotated[datetime, Meta(tz=True)]
Round = Annotated[int, Meta(ge=1)]


class PrizeSlots(msgspec.Struct, frozen=True, kw_only=True):
    """`quantity` consecutive prize slots, each with one piece of this prize."""

    prize_id: UUID
    rank: int
    name: str
    quantity: Annotated[int, Meta(ge=1)]


class BeaconPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The beacon that will decide: the round, and those to use when the close comes late."""

    kind: Literal["drand"] = "drand"
    chain: str
    round: Round
    fallback_rounds: tuple[Round, ...] = ()

    @property
    def rounds(self) -> tuple[int, ...]:
        """All promised rounds in their order."""
        return self.round, *self.fallback_rounds


class BeaconPromise(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the rules on which the draw itself depends; other fields may stand beside it."""

    algo: Literal["FTD1"]
    beacon: BeaconPlan | None = None


class DrawRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised. `prizes` in the order in which their slots are filled."""

    algo: Literal["FTD1"] = ALGORITHM
    drawing_id: UUID
    version: int
    close_at: Instant
    draw_at: Instant
    prizes: tuple[PrizeSlots, ...]
    beacon: BeaconPlan | None

    @property
    def slot_count(self) -> int:
        """How many prize slots there are."""
        return sum(prize.quantity for prize in self.prizes)

    def slots(self) -> Iterator[PrizeSlots]:
        """The prize of each slot, in order."""
        return (prize for prize in self.prizes for _ in range(prize.quantity))


def write_rules(rules: DrawRules) -> bytes:
    """The exact bytes to store and publish."""
    return msgspec.json.encode(rules)


_READER = msgspec.json.Decoder(DrawRules)


def read_rules(text: bytes) -> DrawRules:
    """What `text` promises. Raises `msgspec.DecodeError` for what this package did not write."""
    return _READER.decode(text)


def read_beacon_promise(text: bytes) -> BeaconPromise:
    """The algorithm and the beacon that `text` promises. Raises `msgspec.DecodeError`."""
    return msgspec.json.decode(text, type=BeaconPromise)
