"""Devices of accounts: noted when somebody signs in on one or sends activities from it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from fittrack.db.row_queries import insert_unless_there
from fittrack.db.tables.operations import account_devices

DEVICES_NOTED_MAX: Final = 50
"""Devices noted of one account: nobody has more, and a client that makes up names fills no table."""


def note(conn: Connection, user_id: UUID, device_id: str, now: datetime) -> None:
    """Note the device, unless it is."""
    mine = account_devices.c.user_id == user_id
    known = select(account_devices.c.user_id).where(mine, account_devices.c.device_id == device_id)
    if conn.execute(known).first() is not None:
        return
    noted = conn.execute(select(func.count()).select_from(account_devices).where(mine)).scalar_one()
    if noted < DEVICES_NOTED_MAX:  # or one more, when a unit of the account notes one at the same time
        row = {"device_id": device_id, "user_id": user_id, "noted_at": now}
        insert_unless_there(conn, account_devices, row)


def row(user_id: UUID, device_id: str, now: datetime) -> tuple[Table, tuple[Any, ...]]:
    """What a unit of the account writes, replacing what another one may have noted meanwhile."""
    return account_devices, (device_id, user_id, now)


def known(conn: Connection, user_id: UUID) -> set[str]:
    """The devices noted of an account."""
    mine = select(account_devices.c.device_id).where(account_devices.c.user_id == user_id)
    return set(conn.execute(mine).scalars())
