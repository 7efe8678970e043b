"""Extras that `fittrack migrate` makes on Oracle where `ORACLE_EXTRAS` asks for them.

They are no revisions of the schema: each can be had or not, with the edition and the wishes of whoever runs
the database, and the product behaves alike with all of them and with none. Each step looks in the data
dictionary whether it was done, so that migrating again repeats nothing.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import Connection


class Extra(StrEnum):
    """What can be asked for."""

    PARTITIONS = "partitions"
    LEDGER_CHAIN = "ledger-chain"
    DUALITY_VIEWS = "duality-views"
    IMMUTABLE_AUDIT = "immutable-audit"


class Step(NamedTuple):
    """One thing to make: its name, what counts it in the data dictionary, and the statement that makes it.

    One statement alone, for each commits by itself: where one fails, the next run goes on with it.
    """

    name: str
    found_by: str
    statement: str


PARTITIONED: Final = ("user_log", "drawing_log", "ledger")
"""Tables that grow for ever."""

VIEWS: Final = ("user_documents",)
"""What extras make of views."""

FIRST_MONTH: Final = "2026-01-01"
"""Everything older lies in one partition; each later month gets its own with its first row."""


def _partitions(table: str) -> Step:
    # By the time, not the key: rows stay for ever, and only months that are over can be compressed, moved to
    # cheaper storage or made read-only. By key the global indexes find them as before.
    return Step(
        f"partitions of {table}",
        f"SELECT COUNT(*) FROM user_part_tables WHERE table_name = '{table.upper()}'",  # noqa: S608 - own names
        f"ALTER TABLE {table} MODIFY PARTITION BY RANGE (created_at) "
        "INTERVAL (NUMTOYMINTERVAL(1, 'MONTH')) "
        f"(PARTITION {table}_before VALUES LESS THAN (TIMESTAMP '{FIRST_MONTH} 00:00:00')) ONLINE",
    )


def _constraint(name: str, rule: str) -> Step:
    return Step(
        f"constraint {name}",
        f"SELECT COUNT(*) FROM user_constraints WHERE constraint_name = '{name.upper()}'",  # noqa: S608 - own names
        f"ALTER TABLE ledger ADD CONSTRAINT {name} {rule}",
    )


_LEDGER_CHAIN: Final = (
    # Each entry begins with the very balance that its predecessor ended with, a first one with nothing.
    # Virtual columns cost no space.
    Step(
        "virtual columns of the ledger",
        "SELECT COUNT(*) FROM user_tab_columns WHERE table_name = 'LEDGER' AND column_name = 'PREV_SEQ'",
        "ALTER TABLE ledger ADD (prev_seq INTEGER GENERATED ALWAYS AS (NULLIF(seq - 1, 0)) VIRTUAL, "
        "balance_before INTEGER GENERATED ALWAYS AS (balance_after - amount) VIRTUAL)",
    ),
    _constraint("ck_ledger_begins_with_nothing", "CHECK (seq > 1 OR balance_after = amount)"),
    _constraint("uq_ledger_chain", "UNIQUE (user_id, seq, balance_after)"),
    _constraint(
        "fk_ledger_chain",
        "FOREIGN KEY (user_id, prev_seq, balance_before) REFERENCES ledger (user_id, seq, balance_after)",
    ),
)

_DUALITY_VIEWS: Final = Step(
    "duality view of users",
    "SELECT COUNT(*) FROM user_json_duality_views WHERE view_name = 'USER_DOCUMENTS'",
    # For readers of documents; what is secret or sealed is not in it, and nothing is written through it.
    """CREATE JSON RELATIONAL DUALITY VIEW user_documents AS
SELECT JSON {
  '_id' : u.user_id,
  'status' : u.status,
  'role' : u.role,
  'stateOfResidence' : u.state_of_residence,
  'premiumExpiresAt' : u.premium_expires_at,
  'createdAt' : u.created_at,
  'profile' : (
    SELECT JSON {
      'userId' : p.user_id,
      'displayName' : p.display_name,
      'tierCode' : p.tier_code,
      'fitnessLevel' : p.fitness_level,
      'updatedAt' : p.updated_at
    } FROM profiles p WITH NOINSERT NOUPDATE NODELETE WHERE p.user_id = u.user_id
  ),
  'connections' : [
    SELECT JSON {
      'connectionId' : c.connection_id,
      'provider' : c.provider,
      'syncStatus' : c.sync_status,
      'lastSyncAt' : c.last_sync_at
    } FROM tracker_connections c WITH NOINSERT NOUPDATE NODELETE WHERE c.user_id = u.user_id
  ]
} FROM users u WITH NOINSERT NOUPDATE NODELETE""",
)

IDLE_DAYS: Final = 16
"""How long nothing was added before the table of seals can be dropped: the most that an owner may ask for.

More needs the system privilege TABLE RETENTION, or a higher BLOCKCHAIN_TABLE_RETENTION_THRESHOLD, which is
16 where nobody set it (ORA-05807). A log that is in use is never idle for as long.
"""

_IMMUTABLE_AUDIT: Final = (
    # The log itself cannot be immutable: rows are sealed after they were written, and what is personal in
    # them is erased by law. Its seals can: a hash that was once in the chain stays, whoever owns it.
    Step(
        "immutable seals of the audit log",
        "SELECT COUNT(*) FROM user_tables WHERE table_name = 'AUDIT_SEALS'",
        f"""CREATE IMMUTABLE TABLE audit_seals (
    chain_seq INTEGER NOT NULL,
    audit_id RAW(16) NOT NULL,
    row_hash RAW(32) NOT NULL,
    sealed_at TIMESTAMP NOT NULL,
    CONSTRAINT pk_audit_seals PRIMARY KEY (chain_seq)
) NO DROP UNTIL {IDLE_DAYS} DAYS IDLE NO DELETE LOCKED VERSION "v1\"""",
    ),
    Step(
        "trigger that keeps the seals",
        "SELECT COUNT(*) FROM user_triggers WHERE trigger_name = 'AUDIT_LOG_KEEPS_SEALS'",
        "CREATE TRIGGER audit_log_keeps_seals AFTER UPDATE ON audit_log FOR EACH ROW "
        "WHEN (old.row_hash IS NULL AND new.row_hash IS NOT NULL) "
        "BEGIN INSERT INTO audit_seals (chain_seq, audit_id, row_hash, sealed_at) "
        "VALUES (:new.chain_seq, :new.audit_id, :new.row_hash, SYS_EXTRACT_UTC(SYSTIMESTAMP)); END;",
    ),
)

_STEPS: Final[dict[Extra, tuple[Step, ...]]] = {
    Extra.PARTITIONS: tuple(map(_partitions, PARTITIONED)),
    Extra.LEDGER_CHAIN: _LEDGER_CHAIN,
    Extra.DUALITY_VIEWS: (_DUALITY_VIEWS,),
    Extra.IMMUTABLE_AUDIT: _IMMUTABLE_AUDIT,
}


def steps(extras: Iterable[Extra]) -> Iterator[Step]:
    """What makes `extras`, in the order in which they can be made."""
    wanted = set(extras)
    for extra in Extra:
        yield from _STEPS[extra] if extra in wanted else ()


def lacking(connection: Connection, extras: Iterable[Extra]) -> list[Step]:
    """The steps of `extras` that have not been done."""
    return [step for step in steps(extras) if not connection.exec_driver_sql(step.found_by).scalar_one()]
