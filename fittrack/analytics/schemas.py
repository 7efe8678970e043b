"""`/admin/analytics`: parameters and answers (SPEC 9 and 10)."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from fittrack.analytics.periods import Period
from fittrack.profiles.tiers import OPEN_TIER_CODE, TIER_PATTERN
from fittrack.server.schemas import Answer, Input
from protocol.shapes import Instant

DAYS_MAX = 731
"""Two years: as long as activities are kept (SPEC 8)."""
DAYS_DEFAULT = 30

Days = Annotated[int, Meta(ge=1, le=DAYS_MAX, description="The last days, today included")]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", max_length=10, description="A platform day")]
Money = Annotated[str, Meta(max_length=20, description="US dollars as a decimal string")]


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


class ReportQuery(Input, frozen=True, kw_only=True):
    """Parameters of every report: whole periods of which the last `days` days have a part.

    `format` goes before the `Accept` header.
    """

    days: Days = DAYS_DEFAULT
    period: Period = Period.DAY
    format: Format | None = None


class ActivityQuery(ReportQuery, frozen=True, kw_only=True):
    """Parameters of `GET admin/analytics/activity`; `OPEN` are all tiers together."""

    tier: Annotated[str, Meta(pattern=TIER_PATTERN, max_length=12)] = OPEN_TIER_CODE


class Registrations(Answer, frozen=True, kw_only=True):
    registrations: int
    verified: int
    """Email addresses verified, whenever the accounts were made."""
    deleted: int


class Activity(Answer, frozen=True, kw_only=True):
    active_days: int
    """Days of players with at least 30 active or workout minutes."""
    steps: int
    active_minutes: int
    workouts: int
    points_earned: int
    """For the days of the period, corrections and streak bonuses included."""


class Drawings(Answer, frozen=True, kw_only=True):
    drawings: int
    """Drawings drawn; tickets, entrants, winners and value are of these."""
    tickets: int
    entrants: int
    winners: int
    prize_value_usd: Money
    cancelled: int
    purchases: int
    points_spent: int
    points_refunded: int


class RegistrationsLine(Registrations, frozen=True, kw_only=True):
    """One period; `period_end` is its last day, which may lie ahead."""

    period_start: Date
    period_end: Date


class ActivityLine(Activity, frozen=True, kw_only=True):
    """One period."""

    period_start: Date
    period_end: Date
    active_players: int
    """Players who logged something of a day of the period, each once: periods do not add up."""


class DrawingsLine(Drawings, frozen=True, kw_only=True):
    """One period."""

    period_start: Date
    period_end: Date


class Report(Answer, frozen=True, kw_only=True):
    """Whole periods from `from` to `to`, none left out. Today counts up to this moment; what was changed on
    days before it counts up to `counted_until` (null: they are counted at this moment too)."""

    period: Period
    since: Date = msgspec.field(name="from")
    until: Date = msgspec.field(name="to")
    as_of: Instant
    counted_until: Instant | None


class RegistrationsReport(Report, frozen=True, kw_only=True):
    totals: Registrations
    items: list[RegistrationsLine]


class ActivityReport(Report, frozen=True, kw_only=True):
    tier: str
    totals: Activity
    items: list[ActivityLine]


class DrawingsReport(Report, frozen=True, kw_only=True):
    totals: Drawings
    items: list[DrawingsLine]


class Accounts(Answer, frozen=True, kw_only=True):
    """Accounts as they are now. Players have the status that is named; `deleted` are not in `total`."""

    total: int
    active: int
    pending: int
    suspended: int
    banned: int
    deleted: int
    premium: int
    admins: int


class ActivePlayers(Answer, frozen=True, kw_only=True):
    """Players who logged something, each once."""

    today: int
    this_week: int
    this_month: int


class Window(Answer, frozen=True, kw_only=True):
    """What some days came to."""

    registrations: Registrations
    activity: Activity
    drawings: Drawings


class Overview(Answer, frozen=True, kw_only=True):
    """How things stand, what the last periods came to, and what as many periods before them did."""

    days: int
    period: Period
    since: Date = msgspec.field(name="from")
    until: Date = msgspec.field(name="to")
    as_of: Instant
    counted_until: Instant | None
    accounts: Accounts
    active_players: ActivePlayers
    points_outstanding: int
    """What players have to spend, all together."""
    drawings_by_status: dict[str, int]
    fulfillments_by_status: dict[str, int]
    open_reviews: int
    window: Window
    former_window: Window
