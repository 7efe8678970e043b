"""Reviews: an account is under review exactly while one of its reviews is not cleared (SPEC 3). Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant
from fittrack.reviews.rules import ReviewStatus


class ReviewFacts(NamedTuple):
    """A review as it is stored, and its appeal."""

    review_id: UUID
    status: str
    resolved_at: datetime | None
    appealed_by: UUID | None
    answered_at: datetime | None
    answer: str | None


def check_reviews(
    subject: str, user_id: UUID, under_review: bool, reviews: Iterable[ReviewFacts]
) -> Iterator[Finding]:
    """Compare what the account says with its reviews, and each review with itself."""
    kept = list(reviews)
    reasons = [review for review in kept if review.status != ReviewStatus.CLEARED]
    if under_review and not reasons:
        yield _finding(subject, "it is under review, but no review of it is open or confirmed")
    if reasons and not under_review:
        yield _finding(subject, f"review {reasons[0].review_id} is {reasons[0].status}, but it is not said")
    for review in kept:
        if (review.status == ReviewStatus.OPEN) != (review.resolved_at is None):
            yield _finding(subject, f"review {review.review_id} is {review.status} and its decision is not")
        if review.appealed_by not in (None, user_id):
            yield _finding(subject, f"the appeal to review {review.review_id} is somebody else's")
        if (review.answered_at is None) != (review.answer is None):
            yield _finding(subject, f"the appeal to review {review.review_id} is answered by half")


def _finding(subject: str, sentence: str) -> Finding:
    return Finding(Invariant.REVIEWS, subject, sentence)
