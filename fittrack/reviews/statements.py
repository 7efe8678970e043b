"""Rows and statements for units of a player's own log: reviews, what became of them, appeals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Executable, Table, Update, update

from fittrack.activities.review import ReviewReason
from fittrack.db.tables.accounts import users
from fittrack.db.tables.operations import account_reviews, review_appeals
from fittrack.kit.ids import ReviewId, UserId, uuid7
from fittrack.reviews.rules import Appeal, Resolution, Review, ReviewStatus

Row = tuple[Table, tuple[Any, ...]]


def review_row(user_id: UserId, review_id: ReviewId, reason: ReviewReason, now: datetime) -> Row:
    """A review that is opened."""
    evidence = msgspec.json.encode(reason.evidence)
    return account_reviews, (
        review_id,
        user_id,
        reason.kind.value,
        reason.subject,
        evidence,
        ReviewStatus.OPEN.value,
        now,
        None,
        None,
        None,
    )


def mark_account(user_id: UserId, *, under_review: bool) -> Update:
    """Whether the account is under review: what closing a drawing and sending a prize look at."""
    return update(users).where(users.c.user_id == user_id).values(under_review=under_review)


def resolve(
    review: Review, resolution: Resolution, note: str, by: UUID | None, now: datetime
) -> Iterable[Executable]:
    """What an admin decided; an appeal that waits is answered by it."""
    decided = {"status": resolution, "resolved_at": now, "resolved_by": by, "resolution": note}
    yield update(account_reviews).where(account_reviews.c.review_id == review.review_id).values(decided)
    if review.appeal is Appeal.WAITING:
        answer = {"answer": note, "answered_at": now, "answered_by": by}
        yield update(review_appeals).where(review_appeals.c.review_id == review.review_id).values(answer)


def appeal_row(user_id: UserId, review_id: ReviewId, statement: str, now: datetime) -> Row:
    """An appeal that is taken. A second one of the same review breaks a constraint."""
    return review_appeals, (uuid7(), review_id, user_id, statement, now, None, None, None)
