"""The lint takes what Oracle takes and refuses what Oracle refuses."""

import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, func, literal, select, true, tuple_
from sqlalchemy.dialects import sqlite

from tests.oracle_sql import cases, corpus, faults_of, slips
from tests.oracle_sql.recorder import faults_of_all
from tests.oracle_sql.words import RESERVED, VERBS
from tests.sent.recorder import for_oracle

T = Table("tickets", MetaData(), Column("id", Integer), Column("state", Integer), Column("note", Integer))
ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
FOREIGN = st.sampled_from(
    [
        "LIMIT 5",
        "ON CONFLICT",
        "a::text",
        "PRAGMA x",
        "WITHOUT ROWID",
        "x'00'",
        "a == b",
        "level",
        ";",
        "--",
        "?",
    ]
)


@pytest.mark.parametrize("sql", [*corpus.GOOD.values(), *cases.GOOD, *slips.RIGHT])
def test_what_oracle_takes_is_taken(sql: str) -> None:
    assert faults_of(sql, cases.CATALOG) == []


@pytest.mark.parametrize("name", corpus.BAD)
def test_what_oracle_refuses_is_refused(name: str) -> None:
    assert faults_of(corpus.BAD[name], cases.CATALOG)


@pytest.mark.parametrize(("sql", "why"), [*cases.BAD, *chain(*slips.SLIPS.values())])
def test_a_refusal_says_why(sql: str, why: str) -> None:
    assert any(why in fault for fault in faults_of(sql, cases.CATALOG)), faults_of(sql, cases.CATALOG)


@given(text=st.one_of(ANY_TEXT, FOREIGN))
def test_what_stands_in_a_text_is_not_sql(text: str) -> None:
    quoted = f"x{text}".replace("'", "''")  # not empty
    assert faults_of(f"SELECT id FROM tickets WHERE note = '{quoted}'") == []


@given(text=st.one_of(ANY_TEXT, FOREIGN))
def test_what_stands_in_a_comment_is_not_sql(text: str) -> None:
    inside = text.replace("*/", "").replace("/*", "")
    assert faults_of(f"SELECT id /* {inside} */ FROM tickets") == []
    line = re.sub(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", " ", text)
    assert faults_of(f"SELECT id -- {line}\nFROM tickets") == []


@given(
    name=st.text(st.characters(exclude_characters='"\0', exclude_categories=["Cs"]), min_size=1, max_size=30)
)
def test_a_quoted_name_may_be_anything(name: str) -> None:
    assert faults_of(f'SELECT id AS "{name}" FROM tickets') == []


@given(name=st.sampled_from(sorted(RESERVED - {"ROWNUM", "SYSDATE", "NULL"})))
def test_no_reserved_word_is_a_name_or_a_bind(name: str) -> None:
    assert faults_of(f"SELECT tickets.{name.lower()} FROM tickets")
    assert faults_of(f"SELECT id FROM tickets WHERE id = :{name.lower()}")
    assert faults_of(f"CREATE TABLE t ({name.lower()} INTEGER)")
    assert faults_of(f'SELECT tickets."{name.lower()}" FROM tickets') == []


@given(
    rows=st.integers(0, 10_000),
    skipped=st.none() | st.integers(0, 10_000),
    by=st.sampled_from(T.columns.keys()),
)
def test_limits_and_offsets_are_written_as_oracle_wants_them_and_not_as_sqlite_does(
    rows: int, skipped: int | None, by: str
) -> None:
    query = select(T.c.id).order_by(T.c[by]).limit(rows).offset(skipped)
    assert faults_of(for_oracle(query)) == []
    assert faults_of(str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})))


@given(values=st.lists(st.integers(), max_size=20))
def test_lists_of_any_length_are_taken(values: list[int]) -> None:
    assert faults_of(for_oracle(select(T.c.id).where(T.c.id.in_(values)))) == []


@given(sql=st.text("SELECT FROM WHERE()'\",.:*=1 abc_\n", max_size=60))
def test_nonsense_is_answered_and_not_fallen_over(sql: str) -> None:
    assert isinstance(faults_of(sql, cases.CATALOG), list)


@given(word=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12).filter(lambda w: w not in VERBS))
def test_a_statement_begins_with_a_verb(word: str) -> None:
    assert faults_of(f"{word} something")


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (select(T.c.id).limit(1).with_for_update(skip_locked=True), "locks no rows"),
        (select(T.c.id).where(T.c.note.is_(True)), "IS is followed"),
        (select(T.c.id).where(true()), "no condition"),
        (select(T.c.id).where(T.c.note), "no condition"),
        (select(T.c.id).where(tuple_(T.c.id, T.c.state) > (1, 2)), "rows are not compared"),
        (select(func.strftime("%Y", T.c.note)), "no function"),
        (select(func.max(T.c.id, 0)), "arguments"),
        (select(select(T.c.id).exists()), "is a value here"),
        (select(T.c.id == literal(1)), "is a value here"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_sqlalchemy_renders_without_a_word_is_refused(query: object, why: str) -> None:
    sql = for_oracle(query)  # type: ignore[arg-type]
    assert any(why in fault for fault in faults_of(sql)), sql


def test_each_fault_is_told_with_its_statement() -> None:
    (told,) = faults_of_all(["SELECT id\n  FROM tickets LIMIT 3"])
    assert told == "LIMIT is written FETCH FIRST n ROWS ONLY (ORA-03049)\n    SELECT id FROM tickets LIMIT 3"
