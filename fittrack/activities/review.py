"""Days that put an account into the review queue (SPEC 3, anti-gaming).

The third reason, one device on several accounts, needs to look at other accounts and is not decided here.
"""

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

MANUAL_POINTS_MAX: Final = 300
"""What a day's manual entries may earn by themselves before somebody looks at them."""
STANDARD_DEVIATIONS_MAX: Final = 3
TIER_DAYS_MIN: Final = 100
"""Player-days a tier's statistics need before they say anything about anybody."""


class ReviewKind(StrEnum):
    """Why an account is looked at."""

    MANUAL_POINTS = "manual-points"
    TIER_OUTLIER = "tier-outlier"


class ReviewReason(NamedTuple):
    """A day that somebody should look at."""

    kind: ReviewKind
    day: date
    detail: str


class TierStats(NamedTuple):
    """Points of a tier's days with any, over the last 30: mean, standard deviation, number of player-days."""

    mean: float
    deviation: float
    days: int

    @property
    def limit(self) -> float:
        """Points a day above which is unlikely; without enough days, infinite."""
        if self.days < TIER_DAYS_MIN or self.deviation <= 0:
            return float("inf")
        return self.mean + STANDARD_DEVIATIONS_MAX * self.deviation


def manual_review(day: date, before: int, after: int) -> ReviewReason | None:
    """For the points of the day's manual entries, before and after a command: due when they go too far."""
    if before <= MANUAL_POINTS_MAX < after:
        return ReviewReason(ReviewKind.MANUAL_POINTS, day, f"Manual entries came to {after} points")
    return None


def tier_review(day: date, before: int, after: int, stats: TierStats | None) -> ReviewReason | None:
    """For the day's points, before and after a command: due when they leave what the tier does."""
    if stats is None or not before <= stats.limit < after:
        return None
    detail = f"{after} points, when the tier's days have {stats.mean:.0f} ± {stats.deviation:.0f}"
    return ReviewReason(ReviewKind.TIER_OUTLIER, day, detail)
