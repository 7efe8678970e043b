"""Reviews as REST gives them (SPEC 10)."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from fittrack.activities.review import ReviewKind
from fittrack.activities.schemas import ActivityOut
from fittrack.kit.standing import AccountStatus
from fittrack.reviews.rules import Resolution, ReviewStatus
from fittrack.server.schemas import Answer, Input, PageQuery
from protocol.shapes import Instant

NOTE_LENGTH_MAX = 500  # what the review and the audit log keep
STATEMENT_LENGTH_MAX = 2_000  # characters: a page; what is longer belongs into a letter

Note = Annotated[str, Meta(min_length=3, max_length=NOTE_LENGTH_MAX, pattern=r"\S")]
Statement = Annotated[str, Meta(min_length=1, max_length=STATEMENT_LENGTH_MAX, pattern=r"\S")]
Evidence = dict[str, str | int | float]


class OwnAppeal(Answer, frozen=True, kw_only=True):
    """What a player said to a review, and what was answered."""

    statement: str
    created_at: Instant
    answer: str | None
    answered_at: Instant | None


class OwnReview(Answer, frozen=True, kw_only=True):
    """A review as the player reads it. `subject` is a day or a device; `resolution` is the admin's note."""

    review_id: UUID
    reason: ReviewKind
    subject: str
    evidence: Evidence
    status: ReviewStatus
    opened_at: Instant
    resolved_at: Instant | None
    resolution: str | None
    appeal: OwnAppeal | None


class OwnReviewsQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET users/me/reviews`."""

    status: ReviewStatus | None = None


class AppealForm(Input, frozen=True, kw_only=True):
    """`POST users/me/reviews/{id}/appeal`: what the player has to say, once."""

    statement: Statement


class Appealed(Answer, frozen=True, kw_only=True):
    """An appeal that was taken."""

    review_id: UUID
    statement: str
    created_at: Instant


class Sort(StrEnum):
    """By what the queue is sorted; a minus turns it round."""

    OLDEST = "opened_at"
    NEWEST = "-opened_at"


class ReviewsQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET admin/reviews`. `appealed`: whether an appeal waits for its answer."""

    status: ReviewStatus | None = None
    reason: ReviewKind | None = None
    user_id: UUID | None = None
    appealed: bool | None = None
    sort: Sort = Sort.OLDEST


class ReviewRow(Answer, frozen=True, kw_only=True):
    """A review in the queue, and whose it is."""

    review_id: UUID
    user_id: UUID
    email: str | None
    display_name: str | None
    account_status: AccountStatus
    reason: ReviewKind
    subject: str
    detail: str
    status: ReviewStatus
    opened_at: Instant
    resolved_at: Instant | None
    appeal_waits: bool


class SharedAccount(Answer, frozen=True, kw_only=True):
    """Another account that is reviewed for the same device."""

    user_id: UUID
    review_id: UUID
    display_name: str | None
    account_status: AccountStatus


class ReviewDetail(ReviewRow, frozen=True, kw_only=True):
    """A review with what an admin can judge it by.

    Of a day, `activities` are those that are stored of it, the longest first; of a device,
    `shared_with` are the other accounts that are reviewed for it. Both are bounded.
    """

    evidence: Evidence
    resolved_by: UUID | None
    resolution: str | None
    appeal: OwnAppeal | None
    activities: list[ActivityOut]
    shared_with: list[SharedAccount]
    other_reviews: int
    """How many others this account had."""


class ResolutionForm(Input, frozen=True, kw_only=True):
    """`POST admin/reviews/{id}/resolve`. The player reads the note too; it answers an appeal that waits."""

    resolution: Resolution
    note: Note


class Resolved(Answer, frozen=True, kw_only=True):
    """What a review came to. `under_review`: whether anything else keeps the account so."""

    review_id: UUID
    user_id: UUID
    status: ReviewStatus
    resolved_at: Instant
    under_review: bool


class Considered(Answer, frozen=True, kw_only=True):
    """Whether a review was opened; else there was one for this reason and subject."""

    opened: bool
