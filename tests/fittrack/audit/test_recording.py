"""A row holds what it is given, and the database keeps it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError

from fittrack.audit.action import Action, differences
from fittrack.audit.chain import commit_address, commit_content
from fittrack.audit.statements import record
from fittrack.db import migrate
from fittrack.db.engine import DatabaseSettings, make_engine
from fittrack.db.tables.operations import audit_log
from fittrack.kit.origin import SYSTEM, Origin

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ADMIN = UUID(int=1)
CANCELLED = Action(
    name="drawing.cancel",
    subject_type="drawing",
    subject_id=UUID(int=2),
    before={"status": "open"},
    after={"status": "cancelled"},
    reason="The sponsor withdrew",
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(DatabaseSettings(url=f"sqlite:///{tmp_path}/audit.db"))
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


def recorded(engine: Engine, action: Action = CANCELLED, origin: Origin = SYSTEM) -> Any:
    with engine.begin() as connection:
        record(connection, action, origin, NOON)
        return connection.execute(select(audit_log)).one()


def test_a_row_says_who_did_what_to_whom_why_and_from_where(engine: Engine) -> None:
    row = recorded(engine, origin=Origin(ADMIN, "192.0.2.7", "r-1"))
    assert (row.actor_id, row.ip_address, row.request_id) == (ADMIN, "192.0.2.7", "r-1")
    assert (row.action, row.subject_type, row.subject_id) == ("drawing.cancel", "drawing", str(UUID(int=2)))
    assert (row.before_state, row.after_state) == (b'{"status":"open"}', b'{"status":"cancelled"}')
    assert (row.reason, row.created_at) == ("The sponsor withdrew", NOON)
    assert row.chain_seq is row.prev_hash is row.row_hash is None


def test_what_is_personal_is_committed_to_under_a_salt_of_its_own(engine: Engine) -> None:
    row = recorded(engine, origin=Origin(ADMIN, "192.0.2.7"))
    assert row.ip_commit == commit_address(row.ip_salt, "192.0.2.7")
    assert row.content_commit == commit_content(
        row.content_salt, row.before_state, row.after_state, row.reason
    )
    assert row.ip_salt != row.content_salt


def test_what_is_not_given_is_not_committed_to(engine: Engine) -> None:
    row = recorded(engine, Action(name="audit.read", subject_type="audit", reason=""))
    assert row.ip_salt is row.ip_commit is row.content_salt is row.content_commit is None
    assert row.actor_id is row.subject_id is row.reason is None


@pytest.mark.parametrize("name", [column.name for column in audit_log.columns])
def test_no_column_of_a_row_can_be_written_anew(engine: Engine, name: str) -> None:
    row = recorded(engine, origin=Origin(ADMIN, "192.0.2.7", "r-1"))
    with engine.begin() as connection:
        seal = {"chain_seq": 1, "prev_hash": bytes(32), "row_hash": bytes(32)}
        connection.execute(update(audit_log).values(**seal))
    former = row._mapping[name]
    other: object = {bytes: b"x" * 16, str: "x", UUID: UUID(int=9), datetime: NOON.replace(hour=1)}.get(
        type(former), 2 if name == "chain_seq" else b"x" * 16
    )
    with pytest.raises(IntegrityError, match="audit_log: "), engine.begin() as connection:
        connection.execute(update(audit_log).values({name: other}))


def test_no_row_can_be_deleted(engine: Engine) -> None:
    recorded(engine)
    with pytest.raises(IntegrityError, match="rows are kept"), engine.begin() as connection:
        connection.execute(delete(audit_log))


def test_differences_are_the_fields_that_changed() -> None:
    before = {"name": "a", "cost": 1, "open": None}
    assert differences(before, {"name": "b", "cost": 1, "close": 2}) == (
        {"name": "a", "close": None},
        {"name": "b", "close": 2},
    )
