"""What may be wanted of a player's reviews: by the player, by admins, and by who looks for gaming."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from fittrack.activities.review import ReviewReason
from fittrack.kit.ids import ReviewId
from fittrack.reviews import schemas
from fittrack.reviews.rules import Resolution


@dataclass(frozen=True, slots=True)
class ConsiderReview:
    """Open a review, unless there was one for this reason and subject, or nobody who plays."""

    reason: ReviewReason
    ANSWER: ClassVar[type[Struct]] = schemas.Considered


@dataclass(frozen=True, slots=True)
class ResolveReview:
    """Decide a review, with a note that the player reads too."""

    review_id: ReviewId
    resolution: Resolution
    note: str
    ANSWER: ClassVar[type[Struct]] = schemas.Resolved


@dataclass(frozen=True, slots=True)
class AppealReview:
    """Have a say, once per review."""

    review_id: ReviewId
    statement: str
    ANSWER: ClassVar[type[Struct]] = schemas.Appealed
