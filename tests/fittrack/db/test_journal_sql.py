"""The journal's own SQL: chunks and values on SQLite, statements and faults on Oracle."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.dialects import oracle, sqlite

from fittrack.db.journal.oracle_store import OracleStore, merge_statement
from fittrack.db.journal.sql import SQLITE_VARIABLES_MAX, BulkInsert
from fittrack.db.journal.store import Fault
from fittrack.db.tables import metadata
from fittrack.db.tables.logs import drawing_log, inbox, user_log
from fittrack.db.types import Instant, Uuid16
from fittrack.kit.ids import uuid7
from tests.fittrack.db.faults import oracle_error
from tests.fittrack.db.journal_world import NOON, reading

ORACLE = oracle.dialect()  # type: ignore[no-untyped-call]


def note(rev: int) -> tuple[Any, ...]:
    return (uuid7(), rev, uuid7(), None, "note", None, None, None, NOON)


@given(rows=st.integers(0, 2_500))
@settings(max_examples=30)
def test_chunks_hold_every_row_once_in_order_in_few_statements(rows: int) -> None:
    bulk = BulkInsert(user_log, sqlite.dialect())
    chunks = list(bulk.chunks([note(rev) for rev in range(1, rows + 1)]))
    assert [rev for _, flat in chunks for rev in flat[1::9]] == list(range(1, rows + 1))
    assert all(text.count("?") == len(flat) <= SQLITE_VARIABLES_MAX for text, flat in chunks)
    assert len(chunks) <= rows // 1_024 + 10


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_no_table_is_too_wide_for_a_large_chunk(table: Any) -> None:
    bulk = BulkInsert(table, sqlite.dialect())
    rows: list[list[None]] = [[None] * len(table.columns)] * 2_000
    assert all(len(flat) <= SQLITE_VARIABLES_MAX for _, flat in bulk.chunks(rows))


def test_a_row_with_a_value_missing_is_refused_before_it_shifts_the_others() -> None:
    bulk = BulkInsert(user_log, sqlite.dialect())
    with pytest.raises(ValueError, match="has not the 9 values"):
        list(bulk.chunks([note(1)[:-1], note(2)]))


def test_values_are_stored_as_sqlalchemy_would_store_them(engine: Engine) -> None:
    row = (uuid7(), 1, uuid7(), None, "note", uuid7(), b"h" * 16, b"{}", NOON + timedelta(milliseconds=7))
    for text, flat in BulkInsert(user_log, engine.dialect).chunks([row]):
        with engine.begin() as connection:
            connection.exec_driver_sql(text, tuple(flat))
    with reading(engine) as connection:
        assert tuple(connection.execute(select(user_log)).one()) == row


@given(order=st.randoms(use_true_random=False))
def test_a_chain_within_one_statement_satisfies_its_foreign_key_in_any_order(order: random.Random) -> None:
    """SQLite checks at the statement's end; the order only decides how much it has to look up."""
    engine = create_engine("sqlite://")
    player, units = uuid7(), [uuid7() for _ in range(6)]
    rows = [
        (player, at + 1, unit, units[at - 1] if at else None, "note", None, None, None, NOON)
        for at, unit in enumerate(units)
    ]
    order.shuffle(rows)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        user_log.create(connection)
        bulk = BulkInsert(user_log, engine.dialect)
        bulk._largest = 8
        text, flat = bulk.text(6), bulk._flat(rows)
        connection.exec_driver_sql(text, tuple(flat))
        assert len(connection.execute(select(user_log)).all()) == 6
    engine.dispose()


def test_oracle_merges_by_primary_key_with_typed_neutral_binds() -> None:
    table = Table(
        "total",
        MetaData(),
        Column("user_id", Uuid16, primary_key=True),
        Column("day", Integer, primary_key=True),
        Column("points", Integer),
        Column("changed_at", Instant),
    )
    compiled = merge_statement(table).compile(dialect=ORACLE)
    assert str(compiled) == (
        "MERGE INTO total old USING (SELECT :c0 user_id, :c1 day, :c2 points, :c3 changed_at FROM dual) new"
        " ON (old.user_id = new.user_id AND old.day = new.day)"
        " WHEN MATCHED THEN UPDATE SET old.points = new.points, old.changed_at = new.changed_at"
        " WHEN NOT MATCHED THEN INSERT (user_id, day, points, changed_at)"
        " VALUES (new.user_id, new.day, new.points, new.changed_at)"
    )
    values = compiled.construct_params({"c0": "player", "c1": 1, "c2": 2, "c3": "then"})
    assert values == {"c0": "player", "c1": 1, "c2": 2, "c3": "then"}
    assert [type(bind.type) for bind in compiled.binds.values()] == [Uuid16, Integer, Integer, Instant]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_tables_bulk_statements_compile_for_oracle(table: Any) -> None:
    assert str(insert(table).compile(dialect=ORACLE)).startswith(f"INSERT INTO {table.name}")
    if table.primary_key.columns:
        assert str(merge_statement(table).compile(dialect=ORACLE)).startswith(f"MERGE INTO {table.name}")


VIOLATED = oracle_error(1, "unique constraint (FITTRACK.UQ_INBOX_NOTIFICATION_ID) violated")


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (VIOLATED, Fault.CONSTRAINT),
        (oracle_error(942), Fault.STATEMENT),
        (oracle_error(1653), Fault.DATABASE),
        (oracle_error(60), Fault.DATABASE),
        (oracle_error(1086), Fault.DATABASE),
        (oracle_error(3113), Fault.DATABASE),
        (ValueError("a job's own"), Fault.STATEMENT),
    ],
    ids=[
        "unique",
        "no table",
        "no space",
        "deadlock",
        "no savepoint",
        "lost",
        "not the database's",
    ],
)
def test_oracle_faults_are_told_apart(error: Exception, fault: Fault) -> None:
    with create_engine("sqlite://").connect() as stand_in:
        store = OracleStore(stand_in.engine)
        store._connection = stand_in
        assert store.fault_of(error) is fault


@pytest.mark.parametrize(
    "number",
    [
        *(1650, 1652, 1654, 1658, 1659, 1680, 1683, 1688, 1691, 1692, 1693),  # segments
        *(257, 1536, 1631, 1632, 1950, 12954, 30036, 65114),  # quotas, limits of editions
        *(4030, 4031, 4036),  # memory
        *(376, 1114, 1115, 1578, 16000, 28365),  # files
        *(3136, 4021),  # not in time
    ],
)
def test_what_no_other_statement_would_fare_better_with_is_the_databases_fault(number: int) -> None:
    with create_engine("sqlite://").connect() as stand_in:
        store = OracleStore(stand_in.engine)
        store._connection = stand_in
        assert store.fault_of(oracle_error(number)) is Fault.DATABASE


@pytest.mark.parametrize("number", [904, 942, 932, 1407, 1438, 1461, 1722, 12899])
def test_what_a_statement_or_its_values_do_wrong_is_its_own_fault(number: int) -> None:
    with create_engine("sqlite://").connect() as stand_in:
        store = OracleStore(stand_in.engine)
        store._connection = stand_in
        assert store.fault_of(oracle_error(number)) is Fault.STATEMENT


def test_oracles_constraint_is_named_as_in_the_schema() -> None:
    store = OracleStore(create_engine("sqlite://"))
    assert store.constraint_of(VIOLATED) == "uq_inbox_notification_id"


def test_a_lost_oracle_connection_is_the_databases_fault_whatever_the_error_says() -> None:
    store = OracleStore(create_engine("sqlite://"))
    assert store.fault_of(VIOLATED) is Fault.DATABASE


def test_oracle_rows_go_in_the_order_of_their_key() -> None:
    sent: list[list[dict[str, Any]]] = []

    class Recorder(OracleStore):
        def connection(self) -> Any:
            return type("Stub", (), {"execute": lambda _self, _statement, rows: sent.append(rows)})()

    store = Recorder(create_engine("sqlite://"))
    drawings = [uuid7(), uuid7()]
    rows = [
        (drawing, rev, uuid7(), None, "note", None, None, None, NOON, None, None)
        for rev in (2, 1)
        for drawing in reversed(drawings)
    ]
    store.insert(drawing_log, rows)
    assert [(row["drawing_id"], row["rev"]) for row in sent[0]] == [(d, r) for d in drawings for r in (1, 2)]
    store.upsert(inbox, [(drawings[0], 1, *[None] * 8)])
    assert sent[1][0]["c0"] == drawings[0]
