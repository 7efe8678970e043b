"""Writing the audit log outside of actors' units."""

from datetime import datetime

from sqlalchemy import Connection, insert

from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.kit.origin import Origin


def record(conn: Connection, action: Action, origin: Origin, now: datetime) -> None:
    """Record `action` in the transaction under way."""
    table, values = audit_row(action, origin, now)
    columns = (column.name for column in table.columns)
    conn.execute(insert(table).values(dict(zip(columns, values, strict=True))))
