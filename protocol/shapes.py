"""Shapes that REST and the WebSocket share (SPEC 3 and 10): activities as sent, and what clients rely on.

Instants leave as RFC 3339 strings with milliseconds in both encodings, so outbound shapes hold an
`Instant`; `instant()` makes one. Fields may be added, never renamed.
"""

import math
from datetime import UTC, datetime
from typing import Annotated, Literal, NewType
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import force_setattr

from fittrack.kit.calendar import rfc3339
from fittrack.kit.clock import whole_milliseconds
from protocol.limits import FOREIGN_ID_LENGTH_MAX, METRICS_MAX, NAME_LENGTH_MAX, QUANTITY_MAX

WireInstant = NewType("WireInstant", str)
Instant = Annotated[WireInstant, Meta(extra_json_schema={"format": "date-time"})]
"""An instant as it is written on the wire: `2026-03-01T12:00:00.000Z`."""


def instant(moment: datetime) -> WireInstant:
    """`moment` (aware) as it is written on the wire."""
    return WireInstant(rfc3339(moment))


# --- What clients send ------------------------------------------------------------------------------------

_END = r"$(?!\n)"  # Python's `$` alone lets a line feed follow
_PRINTABLE = rf"^[^\x00-\x1f\x7f]+{_END}"
Name = Annotated[str, Meta(max_length=NAME_LENGTH_MAX, pattern=rf"^[a-z][a-z0-9_]*{_END}")]
ForeignId = Annotated[str, Meta(min_length=1, max_length=FOREIGN_ID_LENGTH_MAX, pattern=_PRINTABLE)]
InboundInstant = Annotated[datetime, Meta(tz=True)]
Quantity = Annotated[int, Meta(ge=0, le=QUANTITY_MAX)] | Annotated[float, Meta(ge=0, le=QUANTITY_MAX)]
Metrics = Annotated[dict[Name, Quantity], Meta(max_length=METRICS_MAX)]

ActivityType = Literal["steps", "workout", "active_minutes"]
Intensity = Literal["light", "moderate", "vigorous"]


class ActivityInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One activity as a client or a tracker reports it (SPEC 3). It never says what it earned.

    Decoded instants are UTC in whole milliseconds, numbers finite and not negative; whether they are
    plausible is for the rules to say. `external_id` may be missing for manual entries. `user_entered`: the
    person typed it into the tracker's app; then it counts as a manual entry.
    """

    activity_type: ActivityType
    start_time: InboundInstant
    end_time: InboundInstant
    duration_minutes: Quantity
    source: Name
    intensity: Intensity | None = None
    metrics: Metrics = {}
    external_id: ForeignId | None = None
    device_id: ForeignId | None = None
    user_entered: bool = False

    def __post_init__(self) -> None:
        force_setattr(self, "start_time", _in_utc(self.start_time))
        force_setattr(self, "end_time", _in_utc(self.end_time))
        if not (math.isfinite(self.duration_minutes) and all(map(math.isfinite, self.metrics.values()))):
            raise ValueError("Numbers must be finite")


def _in_utc(moment: datetime) -> datetime:
    try:
        return whole_milliseconds(moment.astimezone(UTC))
    except OverflowError as error:  # year 1 or 9999, and an offset that leads out of them
        raise ValueError("No such instant in UTC") from error


# --- Points -----------------------------------------------------------------------------------------------

TransactionType = Literal["earn", "spend", "adjust", "expire"]


class Transaction(Struct, frozen=True, kw_only=True, gc=False):
    """One ledger entry. `amount` is signed points, `seq` counts 1, 2, 3 … per player without gaps."""

    transaction_id: UUID
    seq: int
    transaction_type: TransactionType
    amount: int
    balance_after: int
    reference_type: str | None
    reference_id: str | None
    description: str
    created_at: Instant


class Today(Struct, frozen=True, kw_only=True, gc=False):
    """The platform's day so far: steps, minutes, points; `points_remaining` is what the cap leaves."""

    steps: int
    active_minutes: int
    workouts: int
    points_earned: int
    points_cap: int
    points_remaining: int


class Streak(Struct, frozen=True, kw_only=True, gc=False):
    """Consecutive active days (SPEC 3)."""

    current: int
    longest: int
    active_today: bool
    minutes_missing_today: int
    next_bonus_in_days: int


class RejectedItem(Struct, frozen=True, kw_only=True):
    """An item of a batch that was refused: its position in the batch, and the code of the problem."""

    index: int
    code: str


# --- Drawings ---------------------------------------------------------------------------------------------

DrawingType = Literal["daily", "weekly", "monthly", "annual"]
DrawingStatus = Literal["draft", "scheduled", "open", "closed", "completed", "cancelled"]


class Eligibility(Struct, frozen=True, kw_only=True):
    """Who may buy tickets: `user_type`, and the age of the account in days."""

    user_type: Literal["all", "premium"]
    min_account_age_days: int


class Prize(Struct, frozen=True, kw_only=True):
    """One prize of a drawing. `value_usd` is a decimal string, e.g. `"50.00"`."""

    prize_id: UUID
    rank: int
    name: str
    description: str
    value_usd: str
    quantity: int
    fulfillment_type: Literal["digital", "physical"]
    sponsor: str | None
    image_url: str | None


class Drawing(Struct, frozen=True, kw_only=True):
    """A drawing (SPEC 10). `my_tickets` is left out where everybody is sent the same bytes."""

    drawing_id: UUID
    drawing_type: DrawingType
    name: str
    description: str
    ticket_cost_points: int
    sales_open: Instant | None
    ticket_sales_close: Instant
    drawing_time: Instant
    eligibility: Eligibility
    status: DrawingStatus
    total_tickets: int
    entrants: int
    auto_execute: bool
    prizes: list[Prize]
    commit: str | None
    rules_version: int | None
    free_tickets_per_person: int = 0
    my_tickets: int | UnsetType = UNSET


class Winner(Struct, frozen=True, kw_only=True):
    """One line of a drawing's results."""

    rank: int
    prize_id: UUID
    prize_name: str
    display_name: str
    tickets_held: int
    winning_ticket_number: int


# --- Leaderboards, inbox ----------------------------------------------------------------------------------

Period = Literal["daily", "weekly", "monthly", "alltime"]


class Ranking(Struct, frozen=True, kw_only=True):
    """One line of a leaderboard. `points_earned` are those earned in the period."""

    rank: int
    user_id: UUID
    display_name: str
    points_earned: int


class PlayerCard(Struct, frozen=True, kw_only=True):
    """The signed-in account as `welcome` shows it to its owner."""

    user_id: UUID
    email: str
    role: Literal["user", "premium", "admin"]
    status: Literal["pending", "active", "suspended", "banned"]
    display_name: str | None = None
