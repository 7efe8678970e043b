"""Reading prizes, what has become of them, and who gives them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from fittrack.db.tables.drawings import drawings, fulfillments, prizes, sponsors
from fittrack.drawings.model import DrawingStatus, FulfillmentType, Prize, UserType
from fittrack.drawings.schemas import PrizeSort, PrizesQuery
from fittrack.drawings.stored import StoredPrize
from fittrack.kit.ids import DrawingId, PrizeId, SponsorId
from fittrack.kit.money import dollars_of


def _how_many(are: ColumnElement[bool]) -> ColumnElement[int]:
    """How many of a prize are such; what became of them is told by its fulfilments alone."""
    return (
        select(func.count())
        .where(
            fulfillments.c.drawing_id == prizes.c.drawing_id,  # found by the index of drawings
            fulfillments.c.prize_id == prizes.c.prize_id,
            are,
        )
        .correlate(prizes)
        .scalar_subquery()
    )


_INVENTORY = (
    _how_many(fulfillments.c.forfeited_at.is_(None)).label("awarded"),
    _how_many(fulfillments.c.status == "delivered").label("delivered"),
    _how_many(fulfillments.c.status == "returned").label("returned"),
)

_PRIZE_ORDERS: dict[PrizeSort, tuple[ColumnElement[Any], ...]] = {
    PrizeSort.LATEST: (drawings.c.drawing_time.desc(),),
    PrizeSort.EARLIEST: (drawings.c.drawing_time,),
    PrizeSort.NAME: (func.lower(prizes.c.name).asc(), drawings.c.drawing_time.desc()),
    PrizeSort.NAME_DOWN: (func.lower(prizes.c.name).desc(), drawings.c.drawing_time.desc()),
    PrizeSort.CHEAPEST: (prizes.c.value_cents, drawings.c.drawing_time.desc()),
    PrizeSort.DEAREST: (prizes.c.value_cents.desc(), drawings.c.drawing_time.desc()),
}


def find_prizes(
    conn: Connection,
    query: PrizesQuery,
    *,
    statuses: Sequence[DrawingStatus],
    user_types: Sequence[UserType],
) -> tuple[list[StoredPrize], int]:
    """The page of prizes that `query` asks for, of the drawings that may be seen, and how many there are."""
    known = prizes.join(drawings, drawings.c.drawing_id == prizes.c.drawing_id)
    matching = _prizes_sought(query, statuses, user_types)
    total = conn.execute(select(func.count()).select_from(known).where(*matching)).scalar_one()
    rows = conn.execute(
        _with_sponsor()
        .join(drawings, drawings.c.drawing_id == prizes.c.drawing_id)
        .add_columns(drawings.c.status, *_INVENTORY)
        .where(*matching)
        .order_by(*_PRIZE_ORDERS[query.sort], prizes.c.rank, prizes.c.prize_id)
        .offset(query.offset)
        .limit(query.limit)
    )
    return [
        StoredPrize(
            DrawingId(row.drawing_id),
            DrawingStatus(row.status),
            _prize(row),
            row.awarded,
            row.delivered,
            row.returned,
        )
        for row in rows
    ], total


def _prizes_sought(
    query: PrizesQuery, statuses: Sequence[DrawingStatus], user_types: Sequence[UserType]
) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [
        drawings.c.status.in_(statuses),
        drawings.c.user_type.in_(user_types),
    ]
    wanted = (
        (prizes.c.drawing_id, query.drawing_id),
        (prizes.c.sponsor_id, query.sponsor_id),
        (prizes.c.fulfillment_type, query.fulfillment_type),
        (drawings.c.status, query.status),
    )
    clauses += [column == value for column, value in wanted if value is not None]
    if query.q is not None:
        clauses.append(func.lower(prizes.c.name).contains(query.q.lower(), autoescape=True))
    return clauses


def sponsor_name(conn: Connection, sponsor_id: SponsorId) -> str | None:
    """The name of an active sponsor."""
    return conn.execute(
        select(sponsors.c.name).where(sponsors.c.sponsor_id == sponsor_id, sponsors.c.active == 1)
    ).scalar_one_or_none()


def prize_drawing(conn: Connection, prize_id: PrizeId) -> DrawingId | None:
    """The drawing to which a prize belongs."""
    found = conn.execute(
        select(prizes.c.drawing_id).where(prizes.c.prize_id == prize_id)
    ).scalar_one_or_none()
    return None if found is None else DrawingId(found)


def prizes_of(conn: Connection, drawing_ids: Sequence[UUID]) -> dict[DrawingId, tuple[Prize, ...]]:
    found: dict[DrawingId, tuple[Prize, ...]] = {}
    rows = conn.execute(
        _with_sponsor()
        .where(prizes.c.drawing_id.in_(drawing_ids))
        .order_by(prizes.c.drawing_id, prizes.c.rank, prizes.c.prize_id)
    )
    for row in rows:
        drawing_id = DrawingId(row.drawing_id)
        found[drawing_id] = (*found.get(drawing_id, ()), _prize(row))
    return found


def _with_sponsor() -> Select[Any]:
    return select(prizes, sponsors.c.name.label("sponsor")).outerjoin(
        sponsors, sponsors.c.sponsor_id == prizes.c.sponsor_id
    )


def _prize(row: Row[Any]) -> Prize:
    return Prize(
        prize_id=PrizeId(row.prize_id),
        rank=row.rank,
        name=row.name,
        value_usd=dollars_of(row.value_cents),
        quantity=row.quantity,
        fulfillment_type=FulfillmentType(row.fulfillment_type),
        description=row.description,
        sponsor_id=None if row.sponsor_id is None else SponsorId(row.sponsor_id),
        sponsor=row.sponsor,
        image_url=row.image_url,
    )
