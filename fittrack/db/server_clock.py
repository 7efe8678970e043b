"""What time it is at the database's server. SQLite has none: it runs by the clock of whoever asks."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, literal_column, select, type_coerce

from fittrack.db.types import Instant
from fittrack.kit.clock import Clock

ORACLES_CLOCK: Final = select(type_coerce(func.sys_extract_utc(literal_column("SYSTIMESTAMP")), Instant))


class Said(NamedTuple):
    """The server's time, told between two instants of the monotonic clock."""

    now: datetime
    asked_at: float
    answered_at: float


def ask_time(conn: Connection, clock: Clock) -> Said:
    """What the clock of an Oracle server shows. It is timed here, in the thread that waits for it."""
    asked_at = clock.monotonic()
    now: datetime = conn.execute(ORACLES_CLOCK).scalar_one()
    return Said(now, asked_at, clock.monotonic())
