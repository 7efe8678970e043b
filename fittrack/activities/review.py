"""Days that put an account into the review queue (SPEC 3, anti-gaming). Pure.

The third reason, one device on several accounts, needs to look at other accounts: `reviews.rules`.
"""

import math
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from fittrack.points.award import DayAward, DayTotals, award

MANUAL_POINTS_MAX: Final = 300
"""What a day's manual entries may earn by themselves before somebody looks at them."""
STANDARD_DEVIATIONS_MAX: Final = 3
TIER_DAYS_MIN: Final = 100
"""Player-days a tier's statistics need before they say anything about anybody."""
TIER_PLAYERS_MIN: Final = 10
"""Players they must be of: the days of a few people are their habits, not their tier's."""

Evidence = Mapping[str, str | int | float]
"""What a review was opened for, in numbers; `detail` says it in a sentence."""


class ReviewKind(StrEnum):
    """Why an account is looked at."""

    MANUAL_POINTS = "manual-points"
    TIER_OUTLIER = "tier-outlier"
    SHARED_DEVICE = "shared-device"


class ReviewReason(NamedTuple):
    """Something that somebody should look at: for one reason and subject an account is reviewed once."""

    kind: ReviewKind
    subject: str
    """The day (ISO), or the device."""
    evidence: Evidence

    @property
    def name(self) -> tuple[str, str]:
        """What tells it from others of the account."""
        return self.kind.value, self.subject


class TierStats(NamedTuple):
    """Points of a tier's days with any, over the last 30: mean, standard deviation, and of how many."""

    mean: float
    deviation: float
    days: int
    players: int

    @classmethod
    def of_sums(cls, *, days: int, players: int, points: int, squares: int) -> "TierStats":
        """From whole sums: of the points of `days` player-days, and of their squares."""
        if days == 0:
            return cls(0, 0, 0, players)
        variance = (days * squares - points**2) / days**2
        return cls(points / days, math.sqrt(variance), days, players)

    @property
    def limit(self) -> float:
        """Points a day above which is unlikely; when the days say too little, infinite."""
        if self.days < TIER_DAYS_MIN or self.players < TIER_PLAYERS_MIN or self.deviation <= 0:
            return math.inf
        return self.mean + STANDARD_DEVIATIONS_MAX * self.deviation


def manual_review(day: date, manual: DayTotals) -> ReviewReason | None:
    """For the day's manual entries: due when they earn too much by themselves."""
    points = award(manual).points
    if points <= MANUAL_POINTS_MAX:
        return None
    detail = f"Manual entries of {day} came to {points} points; up to {MANUAL_POINTS_MAX} are usual."
    return _of_day(ReviewKind.MANUAL_POINTS, day, detail, manual, points=points, limit=MANUAL_POINTS_MAX)


def tier_review(
    day: date, totals: DayTotals, earned: DayAward, tier_code: str, stats: TierStats | None
) -> ReviewReason | None:
    """For the day as a whole: due when it leaves what the tier does."""
    if stats is None or earned.points <= stats.limit:
        return None
    detail = (
        f"{day} came to {earned.points} points; days of {tier_code} have "
        f"{stats.mean:.0f} ± {stats.deviation:.0f}."
    )
    return _of_day(
        ReviewKind.TIER_OUTLIER,
        day,
        detail,
        totals,
        points=earned.points,
        limit=round(stats.limit, 1),
        tier_code=tier_code,
        tier_mean=round(stats.mean, 1),
        tier_deviation=round(stats.deviation, 1),
        tier_days=stats.days,
        tier_players=stats.players,
    )


def _of_day(
    kind: ReviewKind, day: date, detail: str, totals: DayTotals, **numbers: str | float
) -> ReviewReason:
    did = {"steps": totals.steps, "minutes": award(totals).minutes, "workouts": totals.workouts}
    return ReviewReason(kind, day.isoformat(), {"day": day.isoformat(), "detail": detail, **numbers, **did})
