"""Reading the ledger."""

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from fittrack.db.tables.logs import ledger
from fittrack.kit.ids import UserId
from fittrack.points.ledger import LedgerHead
from protocol.shapes import Transaction, instant

TRANSACTION = (
    ledger.c.transaction_id,
    ledger.c.seq,
    ledger.c.transaction_type,
    ledger.c.amount,
    ledger.c.balance_after,
    ledger.c.reference_type,
    ledger.c.reference_id,
    ledger.c.description,
    ledger.c.created_at,
)
"""What is shown of an entry, in the words of `Transaction`."""

_HEAD = (
    select(ledger.c.seq, ledger.c.balance_after)
    .where(ledger.c.user_id == bindparam("user_id"))
    .order_by(ledger.c.seq.desc())
    .limit(1)
)


def head(conn: Connection, user_id: UserId) -> LedgerHead:
    """The last position and the balance."""
    row = conn.execute(_HEAD, {"user_id": user_id}).one_or_none()
    return LedgerHead() if row is None else LedgerHead(row.seq, row.balance_after)


def total_earned(conn: Connection, user_id: UserId) -> int:
    """Points ever earned by activities, in points; spending and refunds do not count."""
    total = conn.execute(
        select(func.sum(ledger.c.amount)).where(ledger.c.user_id == user_id, ledger.c.day.is_not(None))
    ).scalar_one()
    return int(total or 0)


def after(conn: Connection, user_id: UserId, seq: int, limit: int) -> list[Transaction]:
    """The entries that follow `seq`, in order: what a resumed connection has missed."""
    return _read(conn, _of(user_id).where(ledger.c.seq > seq).order_by(ledger.c.seq).limit(limit))


def page(
    conn: Connection,
    user_id: UserId,
    *,
    transaction_type: str | None,
    before: int | None,
    offset: int,
    limit: int,
) -> tuple[list[Transaction], int]:
    """A page of entries, the latest first, by offset or before a position; and how many there are."""
    entries = _of(user_id)
    if transaction_type is not None:
        entries = entries.where(ledger.c.transaction_type == transaction_type)
    total = conn.execute(select(func.count()).select_from(entries.subquery())).scalar_one()
    if before is not None:
        entries = entries.where(ledger.c.seq < before)
    return _read(conn, entries.order_by(ledger.c.seq.desc()).offset(offset).limit(limit)), total


def _of(user_id: UserId) -> "Select[tuple[object, ...]]":
    return select(*TRANSACTION).where(ledger.c.user_id == user_id)


def _read(conn: Connection, entries: "Select[tuple[object, ...]]") -> list[Transaction]:
    return [_transaction(row) for row in conn.execute(entries)]


def _transaction(row: "Row[tuple[object, ...]]") -> Transaction:
    return Transaction(
        transaction_id=row.transaction_id,
        seq=row.seq,
        transaction_type=row.transaction_type,
        amount=row.amount,
        balance_after=row.balance_after,
        reference_type=row.reference_type,
        reference_id=row.reference_id,
        description=row.description,
        created_at=instant(row.created_at),
    )
