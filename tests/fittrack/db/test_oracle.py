"""The schema on Oracle: what a DBA is given is whole, is Oracle's SQL, and can be had in steps."""

import re

import pytest
from sqlalchemy import Engine, Select, UniqueConstraint, insert, select
from sqlalchemy.schema import CreateIndex, CreateTable

from fittrack.db import migrate, revisions
from fittrack.db.engine import ORACLE_SESSION
from fittrack.db.journal.oracle_store import merge_statement
from fittrack.db.oracle import extras, grants
from fittrack.db.oracle.compiled import DEMAND_COMPILED
from fittrack.db.oracle.compiling import LIST_MAX, padded
from fittrack.db.oracle.extras import Extra
from fittrack.db.tables import audit_guards, metadata
from fittrack.db.tables.accounts import users
from tests.oracle_sql import ORACLE, assert_fit_for_oracle, faults_of, for_oracle
from tests.oracle_sql.script import run, statements_in
from tests.product_sql import CATALOG, beyond_rights

REVISIONS = [revision.revision for revision in revisions.history().walk_revisions("base", "heads")][::-1]
WHOLE = migrate.offline_sql("oracle", extras=Extra, user="fittrack_app")
ALEMBIC = {"alembic_version", "alembic_version_pkc"}
OF_SQLITE_ALONE = {"ix_ledger_adjustments"}
"""Indexes of a few rows of a table, of which Oracle would hold them all."""


def steps_of(script: str) -> list[str]:
    return [sql for sql in statements_in(script) if sql not in ("COMMIT", DEMAND_COMPILED)]


@pytest.mark.parametrize("sql", statements_in(WHOLE), ids=lambda sql: " ".join(sql.split())[:50])
def test_every_statement_of_the_history_is_oracles(sql: str) -> None:
    assert faults_of(sql) == []


def test_the_history_leads_to_every_table_index_and_constraint_and_to_no_other() -> None:
    made = run(statements_in(migrate.offline_sql("oracle")))
    assert made.faults == []
    assert set(made.tables) - ALEMBIC == set(metadata.tables)
    for table in metadata.sorted_tables:
        assert set(made.tables[table.name]) == {column.name for column in table.columns}
    named = {str(c.name) for table in metadata.sorted_tables for c in table.constraints}
    assert set(made.constraints) - ALEMBIC == named
    behind = {
        str(c.name)
        for table in metadata.sorted_tables
        for c in table.constraints
        if isinstance(c, UniqueConstraint) or c is table.primary_key
    }
    indexes = {str(index.name) for table in metadata.sorted_tables for index in table.indexes}
    assert set(made.indexes) - ALEMBIC == (indexes - OF_SQLITE_ALONE) | behind


def test_the_tables_as_they_are_now_can_be_made_on_oracle() -> None:
    statements = [str(CreateTable(table).compile(dialect=ORACLE)) for table in metadata.sorted_tables]
    statements += [
        str(CreateIndex(index).compile(dialect=ORACLE))
        for table in metadata.sorted_tables
        for index in table.indexes
    ]
    assert_fit_for_oracle([*statements, *audit_guards.ORACLE])
    assert run(statements).faults == []


def test_steps_from_each_revision_come_to_the_same_as_all_at_once() -> None:
    everything = steps_of(migrate.offline_sql("oracle"))
    for revision in REVISIONS:
        rest = steps_of(migrate.offline_sql("oracle", revision))
        assert rest == everything[len(everything) - len(rest) :]
        if rest:
            assert f"'{revision}'" in next(sql for sql in rest if "alembic_version" in sql)


def test_a_revision_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="there is no revision 9999"):
        migrate.offline_sql("oracle", "9999")


def test_sqlplus_stops_at_the_first_failure_and_at_the_end_commits_and_looks() -> None:
    assert WHOLE.startswith("WHENEVER SQLERROR EXIT FAILURE")
    assert statements_in(WHOLE)[-2:] == ["COMMIT", DEMAND_COMPILED]
    assert ";" not in re.sub(r"(CREATE TRIGGER|BEGIN\n).*?^/$", "", WHOLE, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("start", [None, *REVISIONS])
def test_sqlplus_is_not_asked_for_a_value(start: str | None) -> None:
    """SP2-0552: only a trigger's rows, :old and :new, are named so."""
    script = migrate.offline_sql("oracle", start, extras=Extra, user="fittrack_app")
    without_text = re.sub(r"'[^']*'|--.*", "", script)
    assert set(re.findall(r":[a-z_0-9]+", without_text, re.IGNORECASE)) <= {":new", ":old"}


@pytest.mark.parametrize("extra", Extra)
def test_an_extra_is_only_made_where_it_is_asked_for(extra: Extra) -> None:
    added = set(steps_of(migrate.offline_sql("oracle", extras=[extra])))
    added -= set(steps_of(migrate.offline_sql("oracle")))
    assert added == {step.statement for step in extras.steps([extra])}


def test_every_view_of_an_extra_is_named_among_what_must_compile() -> None:
    made = "".join(step.statement for step in extras.steps(Extra))
    assert tuple(re.findall(r"\bVIEW (\w+)", made)) == extras.VIEWS
    assert all(f"'{view.upper()}'" in DEMAND_COMPILED for view in extras.VIEWS)


def test_extras_are_no_matter_of_sqlite(engine: Engine) -> None:
    assert migrate.add_extras(engine, Extra) == []
    assert migrate.offline_sql("sqlite", extras=Extra) == migrate.offline_sql("sqlite")


@pytest.mark.parametrize("extra", Extra)
def test_extras_name_only_columns_that_there_are(extra: Extra) -> None:
    found = [fault for step in extras.steps([extra]) for fault in faults_of(step.statement, CATALOG)]
    assert found == []


def test_a_step_is_found_done_by_what_its_statement_makes_and_by_nothing_else() -> None:
    """So that a run that failed between two of them is gone on with by the next."""
    found_by = [re.findall(r"= '(\w+)'", step.found_by)[-1] for step in extras.steps(Extra)]
    for name, step in zip(found_by, extras.steps(Extra), strict=True):
        assert re.search(rf"\b{name}\b", step.statement.upper()), step.name
    assert len(set(found_by)) == len(found_by)


def test_documents_of_users_hold_the_keys_of_their_tables_and_nothing_secret() -> None:
    view = "".join(step.statement for step in extras.steps([Extra.DUALITY_VIEWS]))
    for alias, table in {"u": "users", "p": "profiles", "c": "tracker_connections"}.items():
        assert f"FROM {table} {alias} WITH NOINSERT NOUPDATE NODELETE" in view
        assert all(f"{alias}.{key.name}" in view for key in metadata.tables[table].primary_key)
    assert not re.search(r"password|sealed|email|birth", view)


def test_every_table_can_be_used_by_the_application_and_none_can_be_changed_by_it() -> None:
    given = [said for _, said in grants.statements(metadata, "fittrack_app")]
    assert len(given) == len(metadata.tables) + 1
    assert_fit_for_oracle(given)
    rights = {word for sql in given for word in re.findall(r"[A-Z]{5,}", sql)}
    assert rights == {"GRANT", "SELECT", "INSERT", "UPDATE", "DELETE"}
    assert "DELETE" not in grants.rights("audit_log")
    assert grants.rights("alembic_version") == ("SELECT",)


def test_what_is_kept_for_ever_is_not_erased_by_the_application() -> None:
    assert grants.rights("ledger") == ("SELECT", "INSERT")
    assert not any("DELETE" in grants.rights(log) for log in ("user_log", "drawing_log", "audit_log"))
    sent = [
        "DELETE FROM ledger WHERE seq = 1",
        "MERGE INTO winners old USING dual ON (1 = 1)",
        "UPDATE users SET x = 1",
    ]
    assert beyond_rights(sent) == [
        "DELETE on ledger is not granted (ORA-01031)",
        "UPDATE on winners is not granted (ORA-01031)",
    ]


@pytest.mark.parametrize("name", ["", "1app", "app; DROP TABLE users", 'a"b', "x" * 129])
def test_what_is_no_name_of_a_user_is_given_no_rights(name: str) -> None:
    with pytest.raises(ValueError, match="no name of an Oracle user"):
        list(grants.statements(metadata, name))


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_what_the_journal_writes_is_oracles(table: object) -> None:
    written = [for_oracle(insert(table)), for_oracle(merge_statement(table))]  # type: ignore[arg-type]
    assert [fault for sql in written for fault in faults_of(sql, CATALOG)] == []


def test_what_is_said_around_transactions_is_oracles() -> None:
    assert_fit_for_oracle(
        [ORACLE_SESSION, "SET TRANSACTION READ ONLY", "SAVEPOINT one", "ROLLBACK TO SAVEPOINT one"]
    )


def sent(query: Select[tuple[object, ...]]) -> tuple[str, list[object]]:
    """What goes to the driver: the text, and the values of its binds."""
    state = query.compile(dialect=ORACLE).construct_expanded_state()
    return state.statement, list(state.parameters.values())


def test_all_pages_of_a_list_are_one_text() -> None:
    pages = [sent(select(users.c.user_id).offset(20 * page).limit(20)) for page in range(3)]
    assert len({text for text, _ in pages}) == 1
    assert [values for _, values in pages] == [[0, 20], [20, 20], [40, 20]]
    assert_fit_for_oracle({pages[0][0]})


def test_a_limit_of_the_programs_own_stays_in_the_text() -> None:
    assert "FETCH FIRST 1 ROWS ONLY" in sent(select(users.c.user_id).limit(1))[0]


def test_lists_are_filled_up_to_few_lengths_by_their_last_value() -> None:
    texts = {sent(select(users.c.user_id).where(users.c.email_key.in_(["a"] * n)))[0] for n in range(1, 901)}
    assert len(texts) == 11
    assert sent(select(users.c.user_id).where(users.c.email_key.in_(["a", "b", "c"])))[1] == [*"abcc"]
    lengths = {1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 512: 512, 513: LIST_MAX, LIST_MAX: LIST_MAX}
    assert {n: len(padded(range(n))) for n in lengths} == lengths


def test_an_empty_list_finds_nothing() -> None:
    text, values = sent(select(users.c.user_id).where(users.c.email_key.in_([])))
    assert "1 != 1" in text
    assert values == []
