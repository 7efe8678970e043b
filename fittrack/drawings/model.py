"""What a drawing is, and what a drawing needs to know of a player (SPEC 5 and 10).

Values only: no behaviour beyond what follows from the fields themselves. Instants are aware UTC
datetimes in whole milliseconds, money is US dollars.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fittrack.kit.ids import DrawingId, PrizeId, SponsorId, UserId
from fittrack.kit.standing import AccountStatus, Role, is_premium


class DrawingStatus(StrEnum):
    """Where a drawing is in its life (SPEC 5)."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class DrawingType(StrEnum):
    """How often a drawing of its kind takes place."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ANNUAL = "annual"


class FulfillmentType(StrEnum):
    """How a prize reaches its winner."""

    DIGITAL = "digital"
    PHYSICAL = "physical"


class UserType(StrEnum):
    """Whom a drawing is for."""

    ALL = "all"
    PREMIUM = "premium"


DEFAULT_MIN_ACCOUNT_AGE_DAYS = 7  # SPEC 5: an account made for one drawing alone should not enter it


DEFAULT_FREE_TICKETS_PER_PERSON = 10
"""What somebody may get without purchase in one drawing, unless an admin says otherwise (SPEC 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whom a drawing admits, beside what every drawing asks for."""

    user_type: UserType = UserType.ALL
    min_account_age_days: int = DEFAULT_MIN_ACCOUNT_AGE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Prize:
    """One kind of prize. `quantity` winners get it, one each."""

    prize_id: PrizeId
    rank: int
    name: str
    value_usd: Decimal
    quantity: int = 1
    fulfillment_type: FulfillmentType = FulfillmentType.DIGITAL
    description: str | None = None
    sponsor_id: SponsorId | None = None
    sponsor: str | None = None
    """The sponsor's name."""
    image_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A drawing as its log tells it. `commit` is there from the scheduling on (FAIRNESS 1)."""

    drawing_id: DrawingId
    drawing_type: DrawingType
    name: str
    ticket_cost_points: int
    ticket_sales_close: datetime
    drawing_time: datetime
    description: str | None = None
    sales_open: datetime | None = None
    eligibility: Eligibility = Eligibility()
    status: DrawingStatus = DrawingStatus.DRAFT
    auto_execute: bool = True
    free_tickets_per_person: int = DEFAULT_FREE_TICKETS_PER_PERSON
    """Tickets that one person may get without purchase; 0: there are none."""
    prizes: tuple[Prize, ...] = ()
    commit: bytes | None = None
    rules_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """The facts about a player on which a purchase is decided, read at the moment of the purchase."""

    user_id: UserId
    role: Role
    status: AccountStatus
    email_verified: bool
    date_of_birth: date
    state: str
    """Two-letter code of the state of residence."""
    profile_complete: bool
    created_at: datetime
    premium_expires_at: datetime | None = None
    """When the premium role ends; `None` on a premium account: it has no end."""

    def is_premium(self, now: datetime) -> bool:
        """Whether the premium role holds at `now` (SPEC 1: it is read at the moment of a purchase)."""
        return is_premium(self.role, self.premium_expires_at, now)
