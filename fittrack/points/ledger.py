"""The only writer of the ledger: every change of a balance is an append (SPEC 3, "Ledger").

`seq` and `balance_after` are computed here, in memory, from the head that the player's log fences;
the database refuses what does not follow.
"""

from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Table

from fittrack.db.tables.logs import ledger
from fittrack.kit.ids import TransactionId, UserId
from protocol.shapes import Transaction, TransactionType, instant

DESCRIPTION_LENGTH_MAX: Final = 200
"""Characters of what an entry says of itself, as the column has them: what may be longer is cut."""


class LedgerHead(NamedTuple):
    """Where a player's ledger stands: the last `seq` (0: empty) and the balance after it, in points."""

    seq: int = 0
    balance: int = 0


class Entry(NamedTuple):
    """One ledger entry, in the order of the table's columns."""

    user_id: UserId
    seq: int
    transaction_id: TransactionId
    transaction_type: TransactionType
    amount: int
    balance_after: int
    reference_type: str
    reference_id: str | None
    description: str
    day: str | None
    tier_code: str | None
    created_at: datetime

    @property
    def head(self) -> LedgerHead:
        """The ledger's head once this entry stands."""
        return LedgerHead(self.seq, self.balance_after)

    @property
    def row(self) -> tuple[Table, tuple[Any, ...]]:
        """What a unit inserts: bare values, which travel to the writer in half the time."""
        return ledger, tuple(self)

    def transaction(self) -> Transaction:
        """The entry as clients see it."""
        return Transaction(
            transaction_id=self.transaction_id,
            seq=self.seq,
            transaction_type=self.transaction_type,
            amount=self.amount,
            balance_after=self.balance_after,
            reference_type=self.reference_type,
            reference_id=self.reference_id,
            description=self.description,
            created_at=instant(self.created_at),
        )


def append(
    head: LedgerHead,
    *,
    user_id: UserId,
    transaction_id: UUID,
    transaction_type: TransactionType,
    amount: int,
    reference_type: str,
    reference_id: str | None,
    description: str,
    created_at: datetime,
    day: date | None = None,
    tier_code: str | None = None,
) -> Entry:
    """The entry that follows `head`. `amount` is signed, in points, and never zero."""
    balance_after = head.balance + amount
    assert amount != 0, "an entry that changes nothing is none"
    assert balance_after >= 0, "the ledger must refuse an overdraft"
    return Entry(
        user_id,
        head.seq + 1,
        TransactionId(transaction_id),
        transaction_type,
        amount,
        balance_after,
        reference_type,
        reference_id,
        description,
        None if day is None else day.isoformat(),
        tier_code,
        created_at,
    )
