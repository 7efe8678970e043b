"""Oracle's rules hold where they differ from SQLite's; what is bound and comes back: `test_round_trip`."""

import traceback
from collections.abc import Iterator
from uuid import UUID

import oracledb
import pytest
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import DBAPIError

from fittrack.db import oracle_faults
from fittrack.db.engine import make_engine
from tests.fittrack.db.every_type import things
from tests.oracle_net.conftest import Place, a_schema
from tests.oracle_net.process import ServerProcess


@pytest.fixture(scope="module")
def table(server: ServerProcess) -> Iterator[Connection]:
    """A connection to a schema with one table of every type."""
    engine = make_engine(a_schema(server))
    things.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_empty_text_is_null_and_nulls_come_last(table: Connection) -> None:
    table.execute(delete(things))
    labels = {1: "b", 2: "", 3: "a"}
    table.execute(insert(things), [{"thing_id": UUID(int=at), "label": text} for at, text in labels.items()])
    assert table.execute(select(things.c.label).order_by(things.c.label)).scalars().all() == ["a", "b", None]


def test_patterns_tell_capitals_from_small_letters(table: Connection) -> None:
    table.execute(delete(things))
    table.execute(insert(things).values(thing_id=UUID(int=1), label="Ärger"))
    assert table.execute(select(things.c.thing_id).where(things.c.label.like("ä%"))).all() == []
    assert len(table.execute(select(things.c.thing_id).where(things.c.label.ilike("ä%"))).all()) == 1


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT nothing FROM things", "ORA-00904"),
        ("SELECT * FROM nowhere", "ORA-00942"),
        ("SELEC 1 FROM dual", "ORA-00900"),
        ("SELECT 1 FROM things LIMIT 1 OFFSET 'x' ON CONFLICT", "ORA-00900"),
        ("INSERT INTO things (amount) VALUES (1)", "ORA-01400"),
        (f"UPDATE things SET label = '{'x' * 201}'", "ORA-12899"),  # noqa: S608
        ("CREATE TABLE things (a INTEGER)", "ORA-00955"),
        ("CREATE TABLE others (a VARCHAR2)", "ORA-00906"),
        ("CREATE TABLE others (a TEXT)", "ORA-00902"),
        ("ALTER TABLE things DROP CONSTRAINT nothing", "ORA-02443"),
        ("ALTER TABLE things ADD amount INTEGER", "ORA-01430"),
        ("DROP USER nobody", "ORA-01918"),
        ("ROLLBACK TO SAVEPOINT never", "ORA-01086"),
        ("SELECT thing_id FROM things WHERE document = label", "ORA-00932"),
        ("SELECT thing_id FROM things ORDER BY document", "ORA-22848"),
        ("SELECT DISTINCT document FROM things", "ORA-22848"),
        ("SELECT story, count(*) AS n FROM things GROUP BY story", "ORA-22848"),
        ("SELECT max(document) AS most FROM things", "ORA-22849"),
        (f"SELECT 1 FROM things WHERE amount IN ({'7, ' * 1_000} 7)", "ORA-01795"),  # noqa: S608
        (
            "MERGE INTO things old USING (SELECT 7 AS n FROM dual) new ON (old.amount = new.n)"
            " WHEN MATCHED THEN UPDATE SET old.amount = new.n"
            " WHEN NOT MATCHED THEN INSERT (amount) VALUES (new.n)",
            "ORA-38104",
        ),
        ("CREATE INDEX by_document ON things (document)", "ORA-02327"),
        ("CREATE TABLE others (a CLOB, CONSTRAINT pk_others PRIMARY KEY (a))", "ORA-02329"),
    ],
)  # fmt: skip
def test_what_oracle_refuses_is_refused_by_its_number(table: Connection, sql: str, number: str) -> None:
    if table.execute(select(things.c.thing_id)).first() is None:
        table.execute(insert(things).values(thing_id=UUID(int=1)))
        table.commit()
    with pytest.raises(DBAPIError) as refused:
        table.exec_driver_sql(sql)
    assert oracle_faults.number_of(refused.value) == number
    table.rollback()


def test_an_error_tells_no_values_of_rows(table: Connection) -> None:
    table.execute(delete(things))
    table.execute(insert(things).values(thing_id=UUID(int=1)))
    with pytest.raises(DBAPIError) as refused:
        table.execute(insert(things).values(thing_id=UUID(int=1)))
    table.rollback()
    told = "".join(traceback.format_exception(refused.value))
    assert "(PLAYER_" in told
    assert "violated on table" in told
    assert "ORA-03301" not in told
    assert "somebody's own" not in told


def test_what_is_not_committed_is_seen_by_nobody_else(place: Place) -> None:
    with place.connect() as one, place.connect() as other:
        with one.cursor() as cursor:
            cursor.execute("CREATE TABLE t (a INTEGER NOT NULL, CONSTRAINT pk_t PRIMARY KEY (a))")
            cursor.execute("INSERT INTO t VALUES (1)")
        assert _count(other) == 0
        one.commit()
        assert _count(other) == 1
        with other.cursor() as cursor, pytest.raises(oracledb.IntegrityError, match="PK_T"):
            cursor.execute("INSERT INTO t VALUES (1)")


def _count(connection: oracledb.Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) AS n FROM t")
        (counted,) = cursor.fetchone()
    return int(counted)
