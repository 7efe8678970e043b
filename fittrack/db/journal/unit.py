"""What is written: one row of the author's log and all that belongs to it, stored whole or not at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Executable, Table

Row = Sequence[Any]
"""Python values of a row, one for each column of its table, in the table's order."""

VOID = "void"
"""The kind of a row that only takes a place, so that what was meant for it can never come (DESIGN 3)."""


class Head(NamedTuple):
    """The last position of a log: 0 and None when it is empty."""

    rev: int = 0
    unit_id: UUID | None = None


class Committed(Struct, frozen=True, gc=False):
    """The unit is stored, durably, at `rev` of its author's log."""

    rev: int


class Dead(NamedTuple):
    """The unit is not stored and never will be: `rev` is taken."""

    rev: int


class PeerRow:
    """A unit's row in a log that its author does not own; its place is given, not assigned."""

    __slots__ = (
        "answer", "created_at", "entry", "idem_key", "key", "kind", "log", "prev_unit", "request_hash", "rev",
        "unit_id",
    )  # fmt: skip

    def __init__(
        self,
        *,
        log: Table,
        key: UUID,
        rev: int,
        prev_unit: UUID | None,
        unit_id: UUID,
        kind: str,
        created_at: datetime,
        idem_key: UUID | None = None,
        request_hash: bytes | None = None,
        answer: bytes | None = None,
        entry: tuple[UUID, int] | None = None,
    ) -> None:
        self.log, self.key, self.rev, self.prev_unit = log, key, rev, prev_unit
        self.unit_id, self.kind, self.created_at = unit_id, kind, created_at
        self.idem_key, self.request_hash, self.answer = idem_key, request_hash, answer
        self.entry = entry


class Unit:
    """One append: the author's row (`rev` and `prev_unit` are the writer's business) and what goes with it.

    `inserts` and `upserts` hold `(table, row)`, the row's values in the table's column order, as
    Python values. An upsert replaces the row of the same primary key. `statements` are Core
    statements, run in order after the unit's inserts and upserts; they see all earlier units.
    A unit belongs to the journal once it is appended: don't change it.
    """

    __slots__ = (
        "answer", "created_at", "entry", "idem_key", "inserts", "kind", "peer", "request_hash", "statements",
        "unit_id", "upserts",
    )  # fmt: skip

    def __init__(
        self,
        unit_id: UUID,
        kind: str,
        created_at: datetime,
        *,
        idem_key: UUID | None = None,
        request_hash: bytes | None = None,
        answer: bytes | None = None,
        entry: tuple[UUID, int] | None = None,
        peer: PeerRow | None = None,
        inserts: Sequence[tuple[Table, Row]] = (),
        upserts: Sequence[tuple[Table, Row]] = (),
        statements: Sequence[Executable] = (),
    ) -> None:
        self.unit_id, self.kind, self.created_at = unit_id, kind, created_at
        self.idem_key, self.request_hash, self.answer = idem_key, request_hash, answer
        self.entry, self.peer = entry, peer
        self.inserts, self.upserts, self.statements = inserts, upserts, statements
