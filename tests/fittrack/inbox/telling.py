"""Telling a player something, as other units do."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, insert

from fittrack.inbox.notices import Notice
from fittrack.inbox.owed import owed_notice
from tests.rest_house import Person, RestHouse


def owe(conn: Connection, row: tuple[Table, tuple[Any, ...]]) -> None:
    """Write what is owed, without a unit."""
    table, values = row
    conn.execute(insert(table).values(dict(zip(table.columns.keys(), values, strict=True))))


async def tell(house: RestHouse, joe: Person, notice: Notice, *, of: UUID, step: str = "shipped") -> None:
    """Owe the notice, and have it told."""
    row = owed_notice(joe.user_id, of, step, notice, house.inner.clock.now())
    await house.inner.node.journal.transact(owe, row)
    await house.inner.node.jobs.apply_effects()
