"""From what days are worth to ledger entries (SPEC 3).

What is booked is the difference to what was booked: one entry per touched day and command.

1. `due` is what the day is worth now: its activities' award and its streak bonus.
2. At all times `booked − forgiven = due`: what the ledger carries for the day, less the corrections
   that the balance could not bear.
3. An increase first makes up for what was forgiven on that day, so no to and fro of corrections ever
   pays a day more than it was worth at its best; the rest is an `earn`.
4. A decrease is an `adjust`; it takes the balance to zero at the lowest, the rest is forgiven.
5. Within a command increases come first: what moves from one day to another is never forgiven.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class BookingType(StrEnum):
    """The ledger's words for what activities do to it."""

    EARN = "earn"
    ADJUST = "adjust"


class DayAccount(NamedTuple):
    """What the ledger says about a day. `booked − forgiven` is what the day was worth when booked."""

    activity_points: int = 0
    """Of the day's worth, what its activities earned."""
    streak_points: int = 0
    booked: int = 0
    """The sum of the day's ledger entries."""
    forgiven: int = 0
    """Corrections that found the balance at zero, and were not made up for since."""
    tier_code: str = ""
    """Where the day's latest points count; corrections count there as well."""


class DayDue(NamedTuple):
    """A touched day: what it is worth now, and its account as it stands."""

    day: date
    activity_points: int
    streak_points: int
    account: DayAccount


class Booking(NamedTuple):
    """A ledger entry to append. `amount` is signed and never zero."""

    day: date
    transaction_type: BookingType
    amount: int
    balance_after: int
    tier_code: str
    activity_points: int
    """How much of the day's change comes from its activities …"""
    streak_points: int
    """… and how much from a streak bonus; together they are `amount`, unless some was forgiven."""

    @property
    def description(self) -> str:
        """What the player reads."""
        parts = [name for change, name in self._parts() if change]
        return f"{' and '.join(parts)} of {self.day}{'' if self.amount > 0 else ' corrected'}"

    def _parts(self) -> tuple[tuple[int, str], tuple[int, str]]:
        return (self.activity_points, "Activities"), (self.streak_points, "Streak bonus")


class Booked(NamedTuple):
    """The outcome: entries in order, the accounts of all touched days, and the balance afterwards."""

    bookings: list[Booking]
    accounts: dict[date, DayAccount]
    balance: int


def book(dues: Iterable[DayDue], *, balance: int, tier_code: str) -> Booked:
    """Book what touched days are worth now. `tier_code` is where the player competes now."""
    booked = Booked([], {}, balance)
    # Increases first, then by day: the order of entries follows from the facts alone.
    for due in sorted(dues, key=lambda due: (_change(due) < 0, due.day)):
        booked = _book_day(booked, due, tier_code)
    return booked


def _change(due: DayDue) -> int:
    account = due.account
    return due.activity_points + due.streak_points - (account.booked - account.forgiven)


def _book_day(so_far: Booked, due: DayDue, tier_code: str) -> Booked:
    change, account = _change(due), due.account
    if change >= 0:
        made_up = min(change, account.forgiven)
        amount, forgiven = change - made_up, account.forgiven - made_up
    else:
        amount = -min(-change, so_far.balance)
        forgiven = account.forgiven + amount - change
    tier = tier_code if amount > 0 or not account.tier_code else account.tier_code
    balance = so_far.balance + amount
    if amount:
        so_far.bookings.append(_booking(due, amount, balance, tier))
    so_far.accounts[due.day] = DayAccount(
        due.activity_points, due.streak_points, account.booked + amount, forgiven, tier
    )
    return so_far._replace(balance=balance)


def _booking(due: DayDue, amount: int, balance: int, tier_code: str) -> Booking:
    return Booking(
        due.day,
        BookingType.EARN if amount > 0 else BookingType.ADJUST,
        amount,
        balance,
        tier_code,
        due.activity_points - due.account.activity_points,
        due.streak_points - due.account.streak_points,
    )
