"""Activities as REST gives them (SPEC 10)."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from protocol.limits import ACTIVITIES_PER_COMMAND_MAX
from protocol.shapes import ActivityInput, ForeignId, Instant, Streak, Today

ANCHOR_LENGTH_MAX: Final = 4_096
"""Characters: HealthKit's are archives of some hundred bytes in base64."""


class LoggedItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one item of a batch. `code` says why it was rejected."""

    status: Literal["accepted", "duplicate", "rejected", "withdrawn"]
    points_earned: int
    activity_id: UUID | None = None
    code: str | None = None
    flags: list[str] = []


class LoggedActivities(Struct, frozen=True, kw_only=True):
    """`POST activities`: an item for each sent, in order; then how things stand."""

    activities: list[LoggedItem]
    points_earned: int
    balance: int
    today: Today
    streak: Streak
    anchor: str | UnsetType = UNSET
    """As it was sent, now that everything up to it is stored."""


class PrimarySource(Struct, frozen=True, kw_only=True):
    """The tracker that wins overlaps, and what its choice added to the balance, or took from it."""

    source: str | None
    points: int
    balance: int


class ActivityOut(Struct, frozen=True, kw_only=True):
    """One activity of the list."""

    activity_id: UUID
    activity_type: str
    start_time: Instant
    end_time: Instant
    duration_minutes: float
    intensity: str
    metrics: Mapping[str, float]
    source: str
    external_id: str
    device_id: str | None
    duplicate_of: UUID | None
    flags: list[str]
    received_at: Instant


class PeriodSummary(Struct, frozen=True, kw_only=True):
    """A week or a month so far. `streak_days` is the current streak."""

    steps: int
    active_minutes: int
    workouts: int
    points_earned: int
    streak_days: int


class Summary(Struct, frozen=True, kw_only=True):
    """`GET activities/summary`."""

    today: Today
    this_week: PeriodSummary
    this_month: PeriodSummary


class ActivityBatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST activities` with several. The items stand alone: one that cannot be read refuses no other."""

    activities: Annotated[list[ActivityInput], Meta(min_length=1, max_length=ACTIVITIES_PER_COMMAND_MAX)]


PhoneStore = Literal["apple_health", "health_connect"]
Anchor = Annotated[str, Meta(min_length=1, max_length=ANCHOR_LENGTH_MAX)]
Deleted = Annotated[list[ForeignId], Meta(max_length=ACTIVITIES_PER_COMMAND_MAX)]


class PhonePush(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST activities` of a phone's app that reads a store of health data: what is new and what is gone.

    `anchor` is the app's own mark of where it goes on (HealthKit's anchor, Health Connect's token of
    changes): it is echoed, and kept for `GET connections`, once everything else is stored.
    """

    provider: PhoneStore
    anchor: Anchor | None = None
    activities: Annotated[list[ActivityInput], Meta(max_length=ACTIVITIES_PER_COMMAND_MAX)] = []
    deleted: Deleted = []
    """External ids of what is no longer there."""
