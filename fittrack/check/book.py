"""Invariant 1 for the ledger: each entry follows the one before (SPEC 3, "Ledger"). Pure."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from fittrack.check.findings import Finding, Invariant

_SIGNS: Final = {"earn": 1, "spend": -1, "expire": -1}
"""Which way a type of entry moves the balance; an adjustment goes either way."""


class LedgerRow(NamedTuple):
    """One ledger entry, in points."""

    seq: int
    transaction_type: str
    amount: int
    balance_after: int


def check_ledger(subject: str, rows: Iterable[LedgerRow]) -> Iterator[Finding]:
    """What is wrong with one player's ledger, given in order of `seq`."""
    seq = balance = 0
    for row in rows:
        for sentence in _faults(row, seq, balance):
            yield Finding(Invariant.LEDGER, subject, sentence)
        seq, balance = row.seq, row.balance_after


def _faults(row: LedgerRow, seq: int, balance: int) -> Iterator[str]:
    if row.seq != seq + 1:
        yield f"entry {row.seq} follows entry {seq}"
    if row.balance_after != balance + row.amount:
        yield f"entry {row.seq} turns {balance} by {row.amount} into {row.balance_after}"
    if row.balance_after < 0:
        yield f"entry {row.seq} leaves a balance of {row.balance_after}"
    if row.amount * _SIGNS.get(row.transaction_type, row.amount) <= 0:
        yield f"entry {row.seq} has the type {row.transaction_type} and the amount {row.amount}"
