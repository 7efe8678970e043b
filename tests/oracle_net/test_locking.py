"""Locks as Oracle takes them: none for what finds no row, and each statement sees what is committed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import oracledb
import pytest
from sqlalchemy import Engine

from fittrack.accounts.queries import create
from fittrack.kit.ids import SessionId, UserId, uuid7
from fittrack.sessions.queries import EndedSession, EndReason, NewSession, end_all, hold_account, open_session
from tests.fittrack.db.journal_world import NOON
from tests.fittrack.db.test_queries_alone import an_account
from tests.oracle_net.conftest import Place


@pytest.fixture
def sessions(place: Place) -> Iterator[tuple[oracledb.Cursor, oracledb.Cursor]]:
    """Two sessions, and a table with one row."""
    with place.connect() as first, place.connect() as second:
        with first.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE counters (name VARCHAR2(20), amount NUMBER NOT NULL,"
                " CONSTRAINT pk_counters PRIMARY KEY (name))"
            )
            cursor.execute("INSERT INTO counters VALUES ('a', 1)")
        first.commit()
        with first.cursor() as ours, second.cursor() as theirs:
            yield ours, theirs


READ = "SELECT amount FROM counters WHERE name = 'a'"


def amount(cursor: oracledb.Cursor, statement: str = READ) -> int:
    [(found,)] = cursor.execute(statement).fetchall()
    return int(found)


def test_a_savepoint_and_a_read_hold_nobody_up(
    sessions: tuple[oracledb.Cursor, oracledb.Cursor],
) -> None:
    ours, theirs = sessions
    ours.execute("SAVEPOINT begun")
    assert amount(ours) == 1
    theirs.execute("UPDATE counters SET amount = 2")
    theirs.connection.commit()
    assert amount(ours) == 2
    ours.execute("UPDATE counters SET amount = 3")
    ours.execute("ROLLBACK TO SAVEPOINT begun")
    theirs.execute("UPDATE counters SET amount = 4")  # what was undone is locked no more
    theirs.connection.commit()
    ours.connection.commit()
    assert amount(ours) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE counters SET amount = amount + 1 WHERE name = 'b'",
        "DELETE FROM counters WHERE amount > 100",
        "SELECT amount FROM counters WHERE name = 'b' FOR UPDATE",
    ],
)
def test_what_finds_no_row_locks_nothing(
    sessions: tuple[oracledb.Cursor, oracledb.Cursor], statement: str
) -> None:
    ours, theirs = sessions
    ours.execute(statement)
    theirs.execute("INSERT INTO counters VALUES ('b', 7)")
    ours.execute(statement)  # nor does it wait for what is not committed
    theirs.connection.commit()
    with pytest.raises(oracledb.IntegrityError, match="ORA-00001"):
        ours.execute("INSERT INTO counters VALUES ('b', 1)")


def test_who_wants_a_row_that_another_holds_waits_and_sees_what_became_of_it(
    place: Place, sessions: tuple[oracledb.Cursor, oracledb.Cursor]
) -> None:
    ours, theirs = sessions
    assert amount(ours, f"{READ} FOR UPDATE") == 1
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(amount, theirs, f"{READ} FOR UPDATE")
        place.await_waiting()
        ours.execute("UPDATE counters SET amount = 2")
        assert not waiting.done()
        ours.connection.commit()
        assert waiting.result() == 2


def test_whoever_ends_all_sessions_waits_for_the_one_that_begins_and_ends_it_too(
    place: Place, engine: Engine
) -> None:
    account = an_account("somebody@test.example")
    session = a_session(account.user_id)
    with engine.begin() as here:
        create(here, account)

    def end() -> list[EndedSession]:
        with engine.begin() as there:
            return end_all(there, account.user_id, NOON, EndReason.LOGOUT_ALL)

    with ThreadPoolExecutor(1) as thread:
        with engine.begin() as here:
            hold_account(here, account.user_id)
            ending = thread.submit(end)
            place.await_waiting()
            open_session(here, session)
        assert [each.session_id for each in ending.result()] == [session.session_id]


def a_session(user_id: UserId) -> NewSession:
    return NewSession(
        session_id=SessionId(uuid7()),
        user_id=user_id,
        device_id="phone",
        device_key=bytes(32),
        user_agent=None,
        ip_address=None,
        token_hash=uuid7().bytes * 2,
        now=NOON,
        expires_at=NOON + timedelta(days=1),
    )
