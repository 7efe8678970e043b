"""Triggers that keep the audit log append-only: what is recorded stays, what is sealed stays sealed.

Personal values can be erased, together with their salt, and nothing else. Whoever owns the schema can drop a
trigger: what then is changed breaks the hash chain.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, event


class _Guard(NamedTuple):
    name: str
    columns: str
    """Whose update is watched; empty: the trigger is about DELETE."""
    refused: str
    """When; empty: always."""
    sentence: str


_GUARDS: Final = (
    _Guard("audit_log_keeps_rows", "", "", "audit_log: rows are kept"),
    _Guard(
        "audit_log_keeps_facts",
        "audit_id, actor_id, action, subject_type, subject_id, content_commit, request_id, ip_commit, "
        "created_at",
        "",
        "audit_log: what is recorded is kept",
    ),
    _Guard(
        "audit_log_sealed_once",
        "chain_seq, prev_hash, row_hash",
        "old.chain_seq IS NOT NULL OR new.chain_seq IS NULL",
        "audit_log: a row is sealed once",
    ),
    _Guard(
        "audit_log_erases_content",
        "before_state, after_state, reason, content_salt",
        "new.content_salt IS NOT NULL OR new.reason IS NOT NULL",
        "audit_log: content is erased only",
    ),
    _Guard(
        "audit_log_erases_ip",
        "ip_address, ip_salt",
        "new.ip_salt IS NOT NULL OR new.ip_address IS NOT NULL",
        "audit_log: an address is erased only",
    ),
)


def _sqlite(guard: _Guard) -> str:
    deed = f"UPDATE OF {guard.columns}" if guard.columns else "DELETE"
    when = f" WHEN {guard.refused}" if guard.refused else ""
    refusal = f"SELECT RAISE(ABORT, '{guard.sentence}')"
    return f"CREATE TRIGGER {guard.name} BEFORE {deed} ON audit_log{when} BEGIN {refusal}; END"


def _oracle(guard: _Guard) -> str:
    # `UPDATE OF` takes no LOB (ORA-25006), and the states are LOBs: the body asks what is being updated.
    when = f" FOR EACH ROW WHEN ({guard.refused})" if guard.refused else ""
    refusal = f"RAISE_APPLICATION_ERROR(-20001, '{guard.sentence}');"
    if not guard.columns:
        return f"CREATE TRIGGER {guard.name} BEFORE DELETE ON audit_log{when} BEGIN {refusal} END;"
    updating = " OR ".join(f"UPDATING('{name.upper()}')" for name in guard.columns.split(", "))
    body = f"IF {updating} THEN {refusal} END IF;"
    return f"CREATE TRIGGER {guard.name} BEFORE UPDATE ON audit_log{when} BEGIN {body} END;"


SQLITE: Final = tuple(map(_sqlite, _GUARDS))
ORACLE: Final = tuple(map(_oracle, _GUARDS))


@contextmanager
def rows_may_go(connection: Connection) -> Iterator[None]:
    """Let the log be emptied in this transaction, on SQLite. For a developer's database that begins anew."""
    keeps_rows = _GUARDS[0]
    connection.exec_driver_sql(f"DROP TRIGGER {keeps_rows.name}")
    yield
    connection.exec_driver_sql(_sqlite(keeps_rows))


def guard_audit_log(table: Table) -> None:
    """Have the triggers made with the table."""
    event.listen(table, "after_create", _make)


def _make(_table: Table, connection: Connection, **_options: Any) -> None:
    for statement in ORACLE if connection.dialect.name == "oracle" else SQLITE:
        connection.exec_driver_sql(statement)
