"""A migration while others write: it waits for them, and says what is the matter where they do not end."""

import asyncio

import pytest

from fittrack.db import migrate, revisions
from fittrack.db.engine import make_engine
from fittrack.db.half_done import MigrationError
from tests.oracle_net.conftest import Place
from tests.oracle_net.test_scripts import run_statements
from tests.oracle_sql.script import statements_in

WITH_INDEXES = "0033"
LOCKED = 54


async def test_a_migration_waits_for_who_writes_at_this_moment(place: Place) -> None:
    run_statements(place, statements_in(revisions.sql("oracle", None, revisions.before(WITH_INDEXES) or "")))
    engine = make_engine(place.settings)
    with place.connect() as other, other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO effect_receipts (kind, subject_id, user_id, applied_at)"
            " VALUES ('refund', :subject, :user_id, systimestamp)",
            [bytes(16), bytes(16)],
        )
        migrating = asyncio.create_task(asyncio.to_thread(migrate.upgrade, engine))
        waiting = asyncio.create_task(asyncio.to_thread(place.await_waiting))
        await asyncio.wait({migrating, waiting}, return_when=asyncio.FIRST_COMPLETED)
        assert not migrating.done(), "it does not fail at once"
        other.commit()
    assert await migrating
    assert migrate.pending(engine) == []
    await waiting
    engine.dispose()


def test_what_holds_a_table_for_too_long_is_told(place: Place) -> None:
    place.arrange("define", str(LOCKED), after=6)
    engine = make_engine(place.settings)
    with pytest.raises(MigrationError) as failure:
        migrate.upgrade(engine)
    assert "ORA-00054" in str(failure.value)
    assert "others changed rows of the table" in str(failure.value)
    assert "V$LOCKED_OBJECT" in str(failure.value)
    engine.dispose()


def test_a_dbas_script_waits_too() -> None:
    assert "\nALTER SESSION SET DDL_LOCK_TIMEOUT = 60\n/\n" in migrate.offline_sql("oracle")
