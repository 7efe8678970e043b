"""Triggers that keep the audit log append-only: what is recorded stays, what is sealed stays sealed.

Personal values can be erased, together with their salt, and nothing else. Whoever owns the schema can drop a
trigger: what then is changed breaks the hash chain.
"""

from typing import Any, Final

from sqlalchemy import Connection, Table, event

_FACTS: Final = (
    "audit_id, actor_id, action, subject_type, subject_id, content_commit, request_id, ip_commit, created_at"
)
_LINK: Final = "chain_seq, prev_hash, row_hash"
_CONTENT: Final = "before_state, after_state, reason, content_salt"
_ADDRESS: Final = "ip_address, ip_salt"

_SEALED: Final = "old.chain_seq IS NOT NULL OR new.chain_seq IS NULL"
_CONTENT_STAYS: Final = "new.content_salt IS NOT NULL OR new.reason IS NOT NULL"
_ADDRESS_STAYS: Final = "new.ip_salt IS NOT NULL OR new.ip_address IS NOT NULL"

_RULES: Final = (
    ("audit_log_keeps_rows", "DELETE", "", "audit_log: rows are kept"),
    ("audit_log_keeps_facts", f"UPDATE OF {_FACTS}", "", "audit_log: what is recorded is kept"),
    ("audit_log_sealed_once", f"UPDATE OF {_LINK}", _SEALED, "audit_log: a row is sealed once"),
    (
        "audit_log_erases_content",
        f"UPDATE OF {_CONTENT}",
        _CONTENT_STAYS,
        "audit_log: content is erased only",
    ),
    ("audit_log_erases_ip", f"UPDATE OF {_ADDRESS}", _ADDRESS_STAYS, "audit_log: an address is erased only"),
)

SQLITE: Final = tuple(
    f"CREATE TRIGGER {name} BEFORE {deed} ON audit_log"
    + (f" WHEN {condition}" if condition else "")
    + f" BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    for name, deed, condition, sentence in _RULES
)

ORACLE: Final = tuple(
    f"CREATE TRIGGER {name} BEFORE {deed} ON audit_log"
    + (f" FOR EACH ROW WHEN ({condition})" if condition else "")
    + f" BEGIN RAISE_APPLICATION_ERROR(-20001, '{sentence}'); END;"
    for name, deed, condition, sentence in _RULES
)


def guard_audit_log(table: Table) -> None:
    """Have the triggers made with the table."""
    event.listen(table, "after_create", _guard)


def _guard(_table: Table, connection: Connection, **_options: Any) -> None:
    for statement in ORACLE if connection.dialect.name == "oracle" else SQLITE:
        connection.exec_driver_sql(statement)
