"""Reading and writing sponsors."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from fittrack.db.row_queries import hold
from fittrack.db.tables.drawings import drawings, prizes, sponsors
from fittrack.db.tables.prizes import drawing_templates
from fittrack.kit.ids import DrawingId, SponsorId
from fittrack.sponsors.model import StoredSponsor
from fittrack.sponsors.schemas import Sort, SponsorsQuery

_NAME: Final = func.lower(sponsors.c.name)

_ORDERS: Final[dict[Sort, ColumnElement[Any]]] = {
    Sort.NAME: _NAME.asc(),
    Sort.NAME_DOWN: _NAME.desc(),
    Sort.NEWEST: sponsors.c.created_at.desc(),
    Sort.OLDEST: sponsors.c.created_at.asc(),
}

_PRIZES: Final = (
    select(func.count()).where(prizes.c.sponsor_id == sponsors.c.sponsor_id).correlate(sponsors)
).scalar_subquery()

_SPONSOR: Final = select(sponsors, _PRIZES.label("prizes"))

_OVER: Final = ("completed", "cancelled")
"""States of drawings that show no more of a sponsor than what is stored."""


class _Giver(msgspec.Struct):
    """What the prize of a template says of who gives it."""

    sponsor_id: UUID | None = None


_read_givers: Final = msgspec.json.Decoder(tuple[_Giver, ...]).decode


def find(conn: Connection, query: SponsorsQuery) -> tuple[list[StoredSponsor], int]:
    """The page of sponsors that `query` asks for, and how many there are."""
    matching = _matching(query)
    total = conn.execute(select(func.count()).select_from(sponsors).where(*matching)).scalar_one()
    page = (
        _SPONSOR.where(*matching)
        .order_by(_ORDERS[query.sort], sponsors.c.sponsor_id)
        .offset(query.offset)
        .limit(query.limit)
    )
    return [_stored(row) for row in conn.execute(page)], total


def load(conn: Connection, sponsor_id: SponsorId) -> StoredSponsor | None:
    """One sponsor."""
    row = conn.execute(_SPONSOR.where(sponsors.c.sponsor_id == sponsor_id)).one_or_none()
    return None if row is None else _stored(row)


def held(conn: Connection, sponsor_id: SponsorId) -> StoredSponsor | None:
    """The same, and nobody else changes it until the transaction ends."""
    hold(conn, sponsors.c.sponsor_id, sponsor_id)
    return load(conn, sponsor_id)


def name_is_taken(conn: Connection, name: str, but: SponsorId | None = None) -> bool:
    """Whether a sponsor, other than `but`, has the name in any case."""
    same = select(sponsors.c.sponsor_id).where(func.lower(name) == _NAME)
    if but is not None:
        same = same.where(sponsors.c.sponsor_id != but)
    return conn.execute(same).first() is not None


def add(conn: Connection, sponsor_id: SponsorId, fields: dict[str, Any], now: datetime) -> None:
    """A new sponsor, active. Raises IntegrityError when the name is taken."""
    conn.execute(
        insert(sponsors).values(sponsor_id=sponsor_id, active=True, created_at=now, updated_at=now, **fields)
    )


def change(conn: Connection, sponsor_id: SponsorId, changed: dict[str, Any], now: datetime) -> None:
    """Change some fields. Raises IntegrityError when the name is taken."""
    conn.execute(
        update(sponsors).where(sponsors.c.sponsor_id == sponsor_id).values(updated_at=now, **changed)
    )


def remove(conn: Connection, sponsor_id: SponsorId) -> None:
    """Take a sponsor away. Raises IntegrityError when a prize refers to it."""
    conn.execute(delete(sponsors).where(sponsors.c.sponsor_id == sponsor_id))


def is_in_a_template(conn: Connection, sponsor_id: SponsorId) -> bool:
    """Whether drawings to be made, by a template that may be paused, have a prize of this sponsor."""
    kept = conn.execute(select(drawing_templates.c.prizes).where(drawing_templates.c.deleted_at.is_(None)))
    return any(giver.sponsor_id == sponsor_id for text in kept.scalars() for giver in _read_givers(text))


def living_drawings(conn: Connection, sponsor_id: SponsorId) -> list[DrawingId]:
    """Drawings to come or under way with a prize of this sponsor."""
    rows = conn.execute(
        select(drawings.c.drawing_id)
        .join(prizes, prizes.c.drawing_id == drawings.c.drawing_id)
        .where(prizes.c.sponsor_id == sponsor_id, drawings.c.status.not_in(_OVER))
        .distinct()
    )
    return [DrawingId(row.drawing_id) for row in rows]


def _matching(query: SponsorsQuery) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if query.q is not None:
        clauses.append(_NAME.contains(query.q.lower(), autoescape=True))
    if query.active is not None:
        clauses.append(sponsors.c.active == query.active)
    return clauses


def _stored(row: "Row[Any]") -> StoredSponsor:
    return StoredSponsor(**row._asdict())
