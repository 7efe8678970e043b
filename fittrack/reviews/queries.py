"""Reviews: rows in, typed values out."""

from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from fittrack.activities.queries import read_activity
from fittrack.activities.review import ReviewKind
from fittrack.activities.schemas import ActivityOut
from fittrack.activities.views import activity_out
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.activities import activities
from fittrack.db.tables.operations import account_reviews, review_appeals
from fittrack.kit.ids import ReviewId, UserId
from fittrack.kit.standing import AccountStatus
from fittrack.reviews.rules import Appeal, Review, ReviewStatus
from fittrack.reviews.schemas import (
    Evidence,
    OwnAppeal,
    OwnReview,
    OwnReviewsQuery,
    ReviewDetail,
    ReviewRow,
    ReviewsQuery,
    SharedAccount,
    Sort,
)
from protocol.shapes import instant

ACTIVITIES_SHOWN_MAX: Final = 100
"""Activities of a reviewed day that an admin is shown: the longest, which made most of it."""
ACCOUNTS_SHOWN_MAX: Final = 100
"""Accounts of a device that an admin is shown; the evidence says how many there are."""

_evidence = msgspec.json.Decoder(Evidence)

_WITH_APPEAL: Select[Any] = select(
    account_reviews,
    review_appeals.c.statement,
    review_appeals.c.created_at.label("appealed_at"),
    review_appeals.c.answer,
    review_appeals.c.answered_at,
).outerjoin(review_appeals, review_appeals.c.review_id == account_reviews.c.review_id)


# --- What decisions need ----------------------------------------------------------------------------------


def holder_of(conn: Connection, review_id: ReviewId) -> UserId | None:
    """Whose review it is; None when there is no such review."""
    holder = select(account_reviews.c.user_id).where(account_reviews.c.review_id == review_id)
    found = conn.execute(holder).scalar_one_or_none()
    return None if found is None else UserId(found)


def reviews_of(conn: Connection, user_id: UserId) -> dict[ReviewId, Review]:
    """An account's reviews, as decisions need them."""
    rows = conn.execute(_WITH_APPEAL.where(account_reviews.c.user_id == user_id))
    found = (Review(ReviewId(row.review_id), ReviewStatus(row.status), _appeal_of(row)) for row in rows)
    return {review.review_id: review for review in found}


def _appeal_of(row: Row[Any]) -> Appeal:
    if row.appealed_at is None:
        return Appeal.NONE
    return Appeal.WAITING if row.answered_at is None else Appeal.ANSWERED


# --- What players read ------------------------------------------------------------------------------------


def own(conn: Connection, user_id: UserId, query: OwnReviewsQuery) -> tuple[list[OwnReview], int]:
    """The page of a player's own reviews, the latest first, and how many there are."""
    matching = [account_reviews.c.user_id == user_id]
    if query.status is not None:
        matching.append(account_reviews.c.status == query.status.value)
    counted = select(func.count()).select_from(account_reviews).where(*matching)
    page = (
        _WITH_APPEAL.where(*matching)
        .order_by(account_reviews.c.opened_at.desc(), account_reviews.c.review_id.desc())
        .offset(query.offset)
        .limit(query.limit)
    )
    return [_own(row) for row in conn.execute(page)], conn.execute(counted).scalar_one()


def _own(row: Row[Any]) -> OwnReview:
    return OwnReview(
        review_id=row.review_id,
        reason=ReviewKind(row.reason),
        subject=row.subject,
        evidence=_evidence.decode(row.evidence),
        status=ReviewStatus(row.status),
        opened_at=instant(row.opened_at),
        resolved_at=None if row.resolved_at is None else instant(row.resolved_at),
        resolution=row.resolution,
        appeal=_own_appeal(row),
    )


def _own_appeal(row: Row[Any]) -> OwnAppeal | None:
    if row.appealed_at is None:
        return None
    return OwnAppeal(
        statement=row.statement,
        created_at=instant(row.appealed_at),
        answer=row.answer,
        answered_at=None if row.answered_at is None else instant(row.answered_at),
    )


# --- What admins read -------------------------------------------------------------------------------------

_QUEUE: Select[Any] = (
    _WITH_APPEAL.add_columns(users.c.email, users.c.status.label("account_status"), profiles.c.display_name)
    .join(users, users.c.user_id == account_reviews.c.user_id)
    .outerjoin(profiles, profiles.c.user_id == account_reviews.c.user_id)
)


def queue(conn: Connection, query: ReviewsQuery) -> tuple[list[ReviewRow], int]:
    """The page of reviews that `query` asks for, and how many there are."""
    matching = _matching(query)
    joined = account_reviews.outerjoin(
        review_appeals, review_appeals.c.review_id == account_reviews.c.review_id
    )
    total = conn.execute(select(func.count()).select_from(joined).where(*matching)).scalar_one()
    opened, review_id = account_reviews.c.opened_at, account_reviews.c.review_id
    order = (opened, review_id) if query.sort is Sort.OLDEST else (opened.desc(), review_id.desc())
    page = _QUEUE.where(*matching).order_by(*order).offset(query.offset).limit(query.limit)
    return [ReviewRow(**_queued(row)) for row in conn.execute(page)], total


def detail(conn: Connection, review_id: ReviewId) -> ReviewDetail | None:
    """A review with what an admin can judge it by."""
    row = conn.execute(_QUEUE.where(account_reviews.c.review_id == review_id)).one_or_none()
    if row is None:
        return None
    by_device = row.reason == ReviewKind.SHARED_DEVICE.value
    return ReviewDetail(
        **_queued(row),
        evidence=_evidence.decode(row.evidence),
        resolved_by=row.resolved_by,
        resolution=row.resolution,
        appeal=_own_appeal(row),
        activities=[] if by_device else _activities(conn, row),
        shared_with=_shared_with(conn, row) if by_device else [],
        other_reviews=_others(conn, row),
    )


def _matching(query: ReviewsQuery) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if query.status is not None:
        clauses.append(account_reviews.c.status == query.status.value)
    if query.reason is not None:
        clauses.append(account_reviews.c.reason == query.reason.value)
    if query.user_id is not None:
        clauses.append(account_reviews.c.user_id == query.user_id)
    if query.appealed is not None:
        appeal = review_appeals.c
        waits = and_(appeal.created_at.is_not(None), appeal.answered_at.is_(None))
        none_waits = or_(appeal.created_at.is_(None), appeal.answered_at.is_not(None))
        clauses.append(waits if query.appealed else none_waits)
    return clauses


def _queued(row: Row[Any]) -> dict[str, Any]:
    return {
        "review_id": row.review_id,
        "user_id": row.user_id,
        "email": row.email,
        "display_name": row.display_name,
        "account_status": AccountStatus(row.account_status),
        "reason": ReviewKind(row.reason),
        "subject": row.subject,
        "detail": str(_evidence.decode(row.evidence)["detail"]),
        "status": ReviewStatus(row.status),
        "opened_at": instant(row.opened_at),
        "resolved_at": None if row.resolved_at is None else instant(row.resolved_at),
        "appeal_waits": _appeal_of(row) is Appeal.WAITING,
    }


def _activities(conn: Connection, review: Row[Any]) -> list[ActivityOut]:
    day = _evidence.decode(review.evidence).get("day")
    if not isinstance(day, str):
        return []
    of_day = (
        select(activities)
        .where(activities.c.user_id == review.user_id, activities.c.day == date.fromisoformat(day))
        .order_by(activities.c.duration_minutes.desc(), activities.c.activity_id)
        .limit(ACTIVITIES_SHOWN_MAX)
    )
    return [activity_out(read_activity(row)) for row in conn.execute(of_day)]


def _shared_with(conn: Connection, review: Row[Any]) -> list[SharedAccount]:
    others = (
        select(
            account_reviews.c.user_id,
            account_reviews.c.review_id,
            profiles.c.display_name,
            users.c.status.label("account_status"),
        )
        .join(users, users.c.user_id == account_reviews.c.user_id)
        .outerjoin(profiles, profiles.c.user_id == account_reviews.c.user_id)
        .where(
            account_reviews.c.reason == review.reason,
            account_reviews.c.subject == review.subject,
            account_reviews.c.user_id != review.user_id,
        )
        .order_by(account_reviews.c.user_id)
        .limit(ACCOUNTS_SHOWN_MAX)
    )
    return [
        SharedAccount(
            user_id=row.user_id,
            review_id=row.review_id,
            display_name=row.display_name,
            account_status=AccountStatus(row.account_status),
        )
        for row in conn.execute(others)
    ]


def _others(conn: Connection, review: Row[Any]) -> int:
    mine = account_reviews.c.user_id == review.user_id
    others = select(func.count()).where(mine, account_reviews.c.review_id != review.review_id)
    return int(conn.execute(others.select_from(account_reviews)).scalar_one())
