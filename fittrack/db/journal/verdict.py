"""Why a unit was refused: read from the logs, never guessed from the error (DESIGN 3, Journal)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, or_, select

from fittrack.db.journal.errors import StaleLog, StalePeer, UnitRefused
from fittrack.db.journal.log_table import LogTable, log_table
from fittrack.db.journal.unit import Committed, Head, Unit


@dataclass(frozen=True, slots=True)
class _Place:
    """What a log holds where a unit should have gone."""

    holder: UUID | None
    predecessor: UUID | None
    unit_at: int | None
    """Where the unit itself is, if it is there at all."""


def judge(
    connection: Connection, log: LogTable, key: UUID, *, after: Head, unit: Unit, constraint: str
) -> Committed | StaleLog | StalePeer | UnitRefused:
    """What became of `unit`, which a constraint refused as the successor of `after` in its author's log."""
    rev = after.rev + 1
    place = _look(connection, log, key, rev, unit.unit_id)
    if place.unit_at is not None and place.unit_at <= rev:
        return Committed(place.unit_at)  # a replay after an unknown outcome
    if place.holder is not None or place.predecessor != after.unit_id:
        return StaleLog(rev, place.holder)
    peer = unit.peer
    if peer is not None:
        place = _look(connection, log_table(peer.log), peer.key, peer.rev, peer.unit_id)
        if place.holder is not None or place.unit_at is not None or place.predecessor != peer.prev_unit:
            return StalePeer(peer.rev, place.holder)
    return UnitRefused(constraint)


def _look(connection: Connection, log: LogTable, key: UUID, rev: int, unit_id: UUID) -> _Place:
    columns = log.table.c
    found = connection.execute(
        select(columns.rev, columns.unit_id).where(
            log.key == key, or_(columns.rev.in_([rev - 1, rev]), columns.unit_id == unit_id)
        )
    ).all()
    units: dict[int, UUID] = {row.rev: row.unit_id for row in found}
    return _Place(
        holder=units.get(rev),
        predecessor=units.get(rev - 1),
        unit_at=next((at for at, held in units.items() if held == unit_id), None),
    )
