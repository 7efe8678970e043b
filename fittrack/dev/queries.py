"""What there is in the database."""

from typing import Final

from sqlalchemy import Connection, func, select

from fittrack.db.tables import metadata
from fittrack.db.tables.accounts import users
from fittrack.db.tables.drawings import drawings, sponsors
from fittrack.kit.standing import Role

_LIVED_IN: Final = (
    select(users.c.user_id).where(users.c.role != Role.ADMIN),
    select(drawings.c.drawing_id),
    select(sponsors.c.sponsor_id),
)
"""What no database has that a demo world may move into."""


def count_rows(conn: Connection) -> dict[str, int]:
    """How many rows each table has, by name."""
    names = sorted(metadata.tables)
    return {name: _count(conn, name) for name in names}


def is_lived_in(conn: Connection) -> bool:
    """Whether there is anything of the game: players, drawings, sponsors."""
    return any(conn.execute(sought.limit(1)).first() is not None for sought in _LIVED_IN)


def _count(conn: Connection, name: str) -> int:
    return int(conn.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one())
