"""What came of a batch of activities: answers, rows to store, entries to book."""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from fittrack.activities.days import DayRecord, Today
from fittrack.activities.model import Activity
from fittrack.activities.review import ReviewReason
from fittrack.kit.ids import ActivityId
from fittrack.points.booking import Booking
from fittrack.points.streak import Streak


class ItemStatus(StrEnum):
    """What happened to one item of a batch."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ItemOutcome(NamedTuple):
    """What happened to one item; the outcomes stand in the order of the items.

    `points` is what the player's days are worth more (or less, after a revision) because of the item, on
    top of the items before it. `code` says why it was rejected, `flags` what is unlikely about it.
    """

    status: ItemStatus
    activity_id: ActivityId | None = None
    points: int = 0
    code: str | None = None
    flags: tuple[str, ...] = ()


class DuplicateMark(NamedTuple):
    """A stored activity that others' coming or going made a duplicate, or a counting one again."""

    activity_id: ActivityId
    duplicate_of: ActivityId | None


class BatchOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a command that logs activities must store, answer and tell, in one unit.

    To be stored in this order: `withdrawn` are deleted, `added` inserted, `revised` replace the row of their
    `activity_id`, `duplicate_marks` set its `duplicate_of`, `days` replace those days' rows, and `bookings`
    are appended to the ledger. Without `bookings` the points did not change.
    """

    items: list[ItemOutcome]
    withdrawn: list[ActivityId]
    added: list[Activity]
    revised: list[Activity]
    duplicate_marks: list[DuplicateMark]
    days: list[DayRecord]
    bookings: list[Booking]
    balance: int
    today: Today
    streak: Streak
    reviews: list[ReviewReason]

    @property
    def points(self) -> int:
        """What the command added to the balance, or took from it."""
        return sum(booking.amount for booking in self.bookings)
