"""What the doctor asks the database."""

from datetime import datetime

from sqlalchemy import Connection, DateTime, func, select, type_coerce

from fittrack.db.tables.drawings import drawings
from fittrack.drawings import queries as drawing_queries
from fittrack.drawings.stored import StoredDrawing


def now_in_utc(conn: Connection) -> datetime:
    """What the database server's clock shows (Oracle), without zone."""
    shown: datetime = conn.execute(
        select(type_coerce(func.sys_extract_utc(func.systimestamp()), DateTime))
    ).scalar_one()
    return shown


def latest_committed(conn: Connection) -> StoredDrawing | None:
    """The drawing whose secrets were sealed last."""
    drawing_id = conn.execute(
        select(drawings.c.drawing_id)
        .where(drawings.c.sealed_seed.is_not(None))
        .order_by(drawings.c.scheduled_at.desc(), drawings.c.drawing_id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if drawing_id is None else drawing_queries.load(conn, drawing_id)
