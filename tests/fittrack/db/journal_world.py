"""A small world for the journal's tests: a database file, units of players and drawings, and their laws."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Table, event, select

from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.journal import Head, PeerRow, Unit
from fittrack.db.journal.intake import BATCH_UNITS_MAX
from fittrack.db.tables import metadata
from fittrack.db.tables.logs import drawing_log, effects, ledger, user_log
from fittrack.kit.ids import uuid7
from tests import databases

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
WHOLE_TURNS = BATCH_UNITS_MAX
"""What a journal begins with whose batches are to be what one turn of the event loop appends."""
ANSWER = b'{"balance": 900}'


def a_database(folder: Path, access: Access = Access.WRITE) -> Engine:
    """An engine on the folder's database, made if it is not there."""
    if databases.ORACLE:
        databases.bring_up(settings_of(folder))
        return make_engine(settings_of(folder), access)
    engine = make_engine(settings_of(folder), access)
    if access is Access.WRITE:
        with engine.begin() as connection:
            metadata.create_all(connection)
    return engine


def settings_of(folder: Path) -> DatabaseSettings:
    """Where the folder's database is."""
    if databases.ORACLE:
        return databases.settings_of(folder)
    return DatabaseSettings(url=f"sqlite:///{folder}/test.db")


def a_ledger_row(user_id: UUID, seq: int, amount: int, balance_after: int) -> tuple[object, ...]:
    kind = "earn" if amount > 0 else "spend"
    return (user_id, seq, uuid7(), kind, amount, balance_after, "test", None, "A test", None, None, NOON)


def an_earning(user_id: UUID, seq: int, amount: int = 1_000, balance_after: int = 1_000) -> Unit:
    return Unit(
        uuid7(), "activity.log", NOON, inserts=[(ledger, a_ledger_row(user_id, seq, amount, balance_after))]
    )


def an_effect(subject_id: UUID, payload: bytes) -> tuple[object, ...]:
    """A row of effects."""
    row = dict.fromkeys(effects.columns.keys())
    row |= {"kind": "refund", "subject_id": subject_id, "user_id": subject_id}
    row |= {"payload": payload, "created_at": NOON}
    return tuple(row.values())


def a_note(kind: str = "note") -> Unit:
    """A unit that is nothing but its log row."""
    return Unit(uuid7(), kind, NOON)


def a_purchase(user_id: UUID, after: Head, *, seq: int = 1, balance_after: int = 900) -> Unit:
    """A drawing's unit: an entry, and the buyer's row behind `after` with a ledger row."""
    unit_id, key = uuid7(), uuid7()
    peer = PeerRow(
        log=user_log,
        key=user_id,
        rev=after.rev + 1,
        prev_unit=after.unit_id,
        unit_id=unit_id,
        kind="tickets.buy",
        created_at=NOON,
        idem_key=key,
        request_hash=b"h" * 16,
        answer=ANSWER,
    )
    return Unit(
        unit_id,
        "tickets.buy",
        NOON,
        idem_key=key,
        request_hash=b"h" * 16,
        answer=ANSWER,
        entry=(user_id, 1),
        peer=peer,
        inserts=[(ledger, a_ledger_row(user_id, seq, -100, balance_after))],
    )


_readers: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


def reading(engine: Engine) -> Connection:
    """A connection that sees what is committed, whatever a writer on `engine` holds."""
    if engine.dialect.name == "oracle":
        return engine.connect()
    reader = _readers.get(engine)
    if reader is None:
        reader = _readers[engine] = make_engine(DatabaseSettings(url=str(engine.url)), Access.READ)
        event.listen(engine, "engine_disposed", lambda _engine: reader.dispose())
    return reader.connect()


def units_of(engine: Engine, log: Table, key: UUID) -> list[UUID]:
    """The log as the database holds it, in order."""
    with reading(engine) as connection:
        key_column = next(iter(log.columns))
        rows = connection.execute(select(log.c.unit_id).where(key_column == key).order_by(log.c.rev))
        return list(rows.scalars())


def assert_lawful(engine: Engine) -> None:
    """Both logs contiguous and chained; a purchase is in both logs and the ledger, or nowhere (DESIGN 4)."""
    with reading(engine) as connection:
        players = _chained(connection, user_log)
        drawings = _chained(connection, drawing_log)
        paid = connection.execute(select(ledger.c.user_id).where(ledger.c.amount < 0)).all()
    entries = {unit for unit, kind in drawings.items() if kind == "tickets.buy"}
    assert entries == {unit for unit, kind in players.items() if kind == "tickets.buy"}
    assert len(paid) == len(entries)


def _chained(connection: Connection, log: Table) -> dict[UUID, str]:
    """Every unit of `log` with its kind, once it is known that each follows the one before."""
    key_column = next(iter(log.columns))
    rows = connection.execute(
        select(key_column, log.c.rev, log.c.unit_id, log.c.prev_unit, log.c.kind).order_by(
            key_column, log.c.rev
        )
    )
    heads: dict[UUID, tuple[int, UUID | None]] = {}
    units: dict[UUID, str] = {}
    for key, rev, unit_id, prev_unit, kind in rows:
        assert heads.get(key, (0, None)) == (rev - 1, prev_unit), f"{log.name} is broken at {rev}"
        heads[key] = (rev, unit_id)
        units[unit_id] = kind
    return units
