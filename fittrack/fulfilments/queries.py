"""Reading prizes on their way: rows in, typed values out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.drawings import alternates, drawings, fulfillments, prizes
from fittrack.db.tables.prizes import fulfillment_transitions, shipping_addresses
from fittrack.drawings.model import FulfillmentType
from fittrack.drawings.stored import fulfillment_id
from fittrack.drawings.winner_queries import ANONYMOUS
from fittrack.fulfilments import rules
from fittrack.fulfilments.model import ForfeitReason, Fulfillment, FulfillmentStatus, Step
from fittrack.fulfilments.schemas import FulfillmentsQuery
from fittrack.kit.ids import DrawingId, FulfillmentId, PrizeId, UserId
from fittrack.kit.money import dollars_of
from fittrack.kit.standing import AccountStatus

_ORDERS: Final[Mapping[str, tuple[ColumnElement[Any], ...]]] = {
    "-created_at": (fulfillments.c.created_at.desc(),),
    "created_at": (fulfillments.c.created_at,),
    "-updated_at": (fulfillments.c.updated_at.desc(),),
    "updated_at": (fulfillments.c.updated_at,),
    "due": (case((fulfillments.c.next_due_at.is_(None), 1), else_=0), fulfillments.c.next_due_at),
    "-value": (prizes.c.value_cents.desc(),),
}


class Listed(NamedTuple):
    """A fulfilment, and what admins want to know of its winner."""

    fulfilment: Fulfillment
    display_name: str
    on_hold: bool


class SealedAddress(NamedTuple):
    sealed: bytes
    confirmed_at: datetime


class Received(NamedTuple):
    """What a winner received in a year."""

    user_id: UserId
    display_name: str
    email: str | None
    state: str
    prizes: int
    total_usd: Decimal


def find(conn: Connection, fulfilment_id: FulfillmentId) -> Fulfillment | None:
    """One fulfilment."""
    row = conn.execute(_whole().where(fulfillments.c.fulfillment_id == fulfilment_id)).one_or_none()
    return None if row is None else _fulfilment(row)


def find_listed(conn: Connection, fulfilment_id: FulfillmentId) -> Listed | None:
    """One fulfilment with its winner."""
    row = conn.execute(_with_winner().where(fulfillments.c.fulfillment_id == fulfilment_id)).one_or_none()
    return None if row is None else _listed(row)


def search(
    conn: Connection, query: FulfillmentsQuery, user_id: UserId | None, now: datetime
) -> tuple[list[Listed], int]:
    """A page of fulfilments, of one winner or of all, and how many there are."""
    conditions = list(_conditions(query, user_id, now))
    total = conn.execute(select(func.count()).select_from(fulfillments).where(*conditions)).scalar_one()
    rows = conn.execute(
        _with_winner()
        .where(*conditions)
        .order_by(*_ORDERS[query.sort], fulfillments.c.fulfillment_id)
        .offset(query.offset)
        .limit(query.limit)
    )
    return [_listed(row) for row in rows], total


def _conditions(
    query: FulfillmentsQuery, user_id: UserId | None, now: datetime
) -> Sequence[ColumnElement[bool]]:
    columns = fulfillments.c
    given = {columns.user_id: user_id, columns.drawing_id: query.drawing_id, columns.status: query.status}
    found = [column == value for column, value in given.items() if value is not None]
    if query.overdue is not None:
        # The deadline lies a week or less ahead; there is one only while the winner is waited for.
        due = columns.address_due_at <= now + rules.WARNED_BEFORE
        found.append(due if query.overdue else or_(columns.address_due_at.is_(None), ~due))
    return found


def due(conn: Connection, now: datetime, limit: int) -> list[tuple[FulfillmentId, UserId]]:
    """Prizes upon which the clock must act by `now`, with their winners, the longest overdue first."""
    rows = conn.execute(
        select(fulfillments.c.fulfillment_id, fulfillments.c.user_id)
        .where(
            fulfillments.c.status.in_([status.value for status in rules.WAITING]),
            fulfillments.c.next_due_at <= now,
        )
        .order_by(fulfillments.c.next_due_at)
        .limit(limit)
    )
    return [(FulfillmentId(row.fulfillment_id), UserId(row.user_id)) for row in rows]


def unshipped_of(conn: Connection, user_id: UserId) -> list[Fulfillment]:
    """Somebody's prizes that are not under way yet."""
    unshipped = [status.value for status in rules.UNSHIPPED]
    rows = conn.execute(
        _whole()
        .where(fulfillments.c.user_id == user_id, fulfillments.c.status.in_(unshipped))
        .order_by(fulfillments.c.fulfillment_id)
    )
    return [_fulfilment(row) for row in rows]


def received_between(conn: Connection, since: datetime, until: datetime) -> list[Received]:
    """What each winner received, by when it was delivered; those who received most come first."""
    total, prize = func.sum(prizes.c.value_cents), fulfillments.c
    rows = conn.execute(
        select(
            prize.user_id,
            users.c.email,
            users.c.state_of_residence,
            profiles.c.display_name,
            func.count().label("prizes"),
            total.label("total_cents"),
        )
        .join(prizes, prizes.c.prize_id == prize.prize_id)
        .join(users, users.c.user_id == prize.user_id)
        .outerjoin(profiles, profiles.c.user_id == prize.user_id)
        .where(prize.delivered_at >= since, prize.delivered_at < until)
        .group_by(prize.user_id, users.c.email, users.c.state_of_residence, profiles.c.display_name)
        .order_by(total.desc(), prize.user_id)
    )
    return [
        Received(
            user_id=UserId(row.user_id),
            display_name=row.display_name or ANONYMOUS,
            email=row.email,
            state=row.state_of_residence,
            prizes=row.prizes,
            total_usd=dollars_of(int(row.total_cents)),
        )
        for row in rows
    ]


def steps_of(conn: Connection, fulfilment_id: FulfillmentId) -> list[Step]:
    """The transitions of a fulfilment, in order."""
    columns = fulfillment_transitions.c
    rows = conn.execute(
        select(fulfillment_transitions)
        .where(columns.fulfillment_id == fulfilment_id)
        .order_by(columns.step_number)
    )
    return [
        Step(
            number=row.step_number,
            from_status=FulfillmentStatus(row.from_status),
            to_status=FulfillmentStatus(row.to_status),
            actor_id=None if row.actor_id is None else UserId(row.actor_id),
            note=row.note,
            at=row.created_at,
        )
        for row in rows
    ]


def address_of(conn: Connection, fulfilment_id: FulfillmentId) -> SealedAddress | None:
    """Where a prize is sent, sealed; None once it is erased."""
    columns = shipping_addresses.c
    row = conn.execute(
        select(columns.sealed_address, columns.confirmed_at).where(columns.fulfillment_id == fulfilment_id)
    ).one_or_none()
    return None if row is None else SealedAddress(row.sealed_address, row.confirmed_at)


def _whole() -> Select[Any]:
    steps = (
        select(func.coalesce(func.max(fulfillment_transitions.c.step_number), 0))
        .where(fulfillment_transitions.c.fulfillment_id == fulfillments.c.fulfillment_id)
        .scalar_subquery()
    )
    took_over = and_(
        alternates.c.drawing_id == fulfillments.c.drawing_id,
        alternates.c.after_order == fulfillments.c.draw_order,
    )
    return (
        select(
            fulfillments,
            drawings.c.name.label("drawing_name"),
            prizes.c.name.label("prize_name"),
            prizes.c.rank.label("prize_rank"),
            prizes.c.value_cents,
            prizes.c.fulfillment_type,
            steps.label("steps"),
            alternates.c.draw_order.label("successor"),
        )
        .join(drawings, drawings.c.drawing_id == fulfillments.c.drawing_id)
        .join(prizes, prizes.c.prize_id == fulfillments.c.prize_id)
        .outerjoin(alternates, took_over)
    )


def _with_winner() -> Select[Any]:
    return (
        _whole()
        .add_columns(profiles.c.display_name, users.c.status.label("standing"), users.c.under_review)
        .join(users, users.c.user_id == fulfillments.c.user_id)
        .outerjoin(profiles, profiles.c.user_id == fulfillments.c.user_id)
    )


def _listed(row: Row[Any]) -> Listed:
    on_hold = row.under_review or row.standing != AccountStatus.ACTIVE
    return Listed(_fulfilment(row), row.display_name or ANONYMOUS, bool(on_hold))


def _fulfilment(row: Row[Any]) -> Fulfillment:
    drawing_id = DrawingId(row.drawing_id)
    return Fulfillment(
        fulfillment_id=FulfillmentId(row.fulfillment_id),
        drawing_id=drawing_id,
        drawing_name=row.drawing_name,
        draw_order=row.draw_order,
        prize_id=PrizeId(row.prize_id),
        prize_name=row.prize_name,
        prize_rank=row.prize_rank,
        value_usd=dollars_of(row.value_cents),
        fulfillment_type=FulfillmentType(row.fulfillment_type),
        user_id=UserId(row.user_id),
        status=FulfillmentStatus(row.status),
        steps=row.steps,
        created_at=row.created_at,
        updated_at=row.updated_at,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        notes=row.notes,
        next_due_at=row.next_due_at,
        address_due_at=row.address_due_at,
        warned_at=row.warned_at,
        forfeit_reason=None if row.forfeit_reason is None else ForfeitReason(row.forfeit_reason),
        forfeited_at=row.forfeited_at,
        delivered_at=row.delivered_at,
        successor_id=None if row.successor is None else fulfillment_id(drawing_id, row.successor),
    )
