"""What tests do with an audit log: fill it, seal it, and what only the schema's owner could do to it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, RowMapping, func, select, update

from fittrack.audit.action import Action
from fittrack.audit.examination import Examined, examine
from fittrack.audit.statements import record, seal
from fittrack.db.engine import make_engine
from fittrack.db.tables.audit_guards import ORACLE, SQLITE
from fittrack.db.tables.operations import audit_log
from fittrack.kit.origin import SYSTEM, Origin
from tests import databases

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ADMIN = Origin(UUID(int=1), "192.0.2.7", "r-1")
PLAYER = UUID(int=77)
CANCELLED = Action(
    name="drawing.cancel",
    subject_type="drawing",
    subject_id=UUID(int=2),
    before={"status": "open"},
    after={"status": "cancelled"},
    reason="The sponsor withdrew",
)


def logbook(folder: Path) -> Engine:
    """An empty database in `folder`."""
    settings = databases.settings_of(folder)
    databases.bring_up(settings)
    return make_engine(settings)


def recorded(engine: Engine, action: Action = CANCELLED, origin: Origin = SYSTEM, at: datetime = NOON) -> Any:
    """Record one action; its row."""
    with engine.begin() as connection:
        record(connection, action, origin, at)
        rows = connection.execute(select(audit_log).order_by(audit_log.c.created_at.desc()))
        return rows.first()


def fill(engine: Engine, rows: int) -> None:
    """Record `rows` actions, a minute apart, the second one on a player; seal all of them."""
    for minute in range(rows):
        subject = {"subject_type": "user", "subject_id": PLAYER} if minute == 1 else {}
        action = Action(
            name="drawing.cancel",
            **{"subject_type": "drawing", "subject_id": UUID(int=2), **subject},  # type: ignore[arg-type]
            before={"email": "ada@example.com", "minute": minute},
            after={"email": "ada@example.org"},
            reason="She asked for it",
        )
        recorded(engine, action, ADMIN, NOON + timedelta(minutes=minute))
    sealed(engine)


def sealed(engine: Engine) -> int:
    """Seal what waits; how many rows."""
    with engine.begin() as connection:
        return seal(connection).rows


def examined(engine: Engine, **options: Any) -> Examined:
    """What a verification finds."""
    return examine(engine, **options)


def row_at(engine: Engine, seq: int) -> RowMapping:
    """A sealed row."""
    with engine.connect() as connection:
        return connection.execute(select(audit_log).where(audit_log.c.chain_seq == seq)).mappings().one()


def count(engine: Engine) -> int:
    """How many rows there are."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(audit_log)).scalar_one()


def unguard(engine: Engine) -> None:
    """Take the triggers away, as the schema's owner could."""
    with engine.begin() as connection:
        for statement in ORACLE if databases.ORACLE else SQLITE:
            connection.exec_driver_sql(f"DROP TRIGGER {statement.split()[2]}")


def forge(engine: Engine, seq: int, **values: object) -> None:
    """Change a sealed row, as the schema's owner could."""
    with engine.begin() as connection:
        done = connection.execute(update(audit_log).where(audit_log.c.chain_seq == seq).values(**values))
    assert done.rowcount == 1


def another(value: object) -> object:
    """A value of the same kind that is not `value`."""
    match value:
        case bytes():
            return bytes(byte ^ 1 for byte in value)
        case str():
            return value + "!"
        case UUID():
            return UUID(int=value.int + 1)
        case datetime():
            return value + timedelta(milliseconds=1)
        case int():
            return value + 1_000
        case _:
            raise AssertionError(f"no column holds {value!r}")


def erase_addresses(engine: Engine, before: datetime) -> int:
    """Erase where people acted from before that instant, as retention does; how many rows."""
    old = (audit_log.c.created_at < before, audit_log.c.ip_salt.is_not(None))
    with engine.begin() as connection:
        statement = update(audit_log).where(*old).values(ip_address=None, ip_salt=None)
        return connection.execute(statement).rowcount


def erase_content(engine: Engine, subject_id: UUID) -> int:
    """Erase what was said of somebody, as the deletion of an account does; how many rows."""
    nothing = {"before_state": None, "after_state": None, "reason": None, "content_salt": None}
    with engine.begin() as connection:
        statement = update(audit_log).where(audit_log.c.subject_id == str(subject_id)).values(nothing)
        return connection.execute(statement).rowcount
