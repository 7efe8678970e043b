"""A row holds what it is given, and the database keeps it."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError

from fittrack.audit.action import Action, differences
from fittrack.audit.chain import commit_address, commit_content
from fittrack.db import migrate
from fittrack.db.tables.audit_guards import ORACLE, SQLITE
from fittrack.db.tables.operations import audit_log
from tests.fittrack.audit.logbook import ADMIN, NOON, another, recorded, row_at, sealed


def test_a_row_says_who_did_what_to_whom_why_and_from_where(engine: Engine) -> None:
    row = recorded(engine, origin=ADMIN)
    assert (row.actor_id, row.ip_address, row.request_id) == (UUID(int=1), "192.0.2.7", "r-1")
    assert (row.action, row.subject_type, row.subject_id) == ("drawing.cancel", "drawing", str(UUID(int=2)))
    assert (row.before_state, row.after_state) == (b'{"status":"open"}', b'{"status":"cancelled"}')
    assert (row.reason, row.created_at) == ("The sponsor withdrew", NOON)
    assert row.chain_seq is row.prev_hash is row.row_hash is None


def test_what_is_personal_is_committed_to_under_a_salt_of_its_own(engine: Engine) -> None:
    row = recorded(engine, origin=ADMIN)
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
    recorded(engine, origin=ADMIN)
    assert sealed(engine) == 1
    other = another(row_at(engine, 1)[name])
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


@pytest.mark.parametrize(("dialect", "triggers"), [("sqlite", SQLITE), ("oracle", ORACLE)])
def test_a_migrated_database_has_the_triggers_of_one_that_was_created(
    dialect: str, triggers: tuple[str, ...]
) -> None:
    written = migrate.offline_sql(dialect)
    assert [statement for statement in triggers if statement not in written] == []
    assert written.count("CREATE TRIGGER") == len(triggers)


def test_no_trigger_for_oracle_names_a_lob_where_oracle_refuses_it() -> None:
    assert not [statement for statement in ORACLE if "UPDATE OF" in statement]
