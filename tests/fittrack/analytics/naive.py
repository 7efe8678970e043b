"""The same figures, counted the slow way: every row is read, every day looked at, in plain Python."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from fittrack.db.reads import snapshot
from fittrack.db.tables.accounts import users
from fittrack.db.tables.activities import user_days
from fittrack.db.tables.drawings import drawings, prizes, winners
from fittrack.db.tables.logs import ledger
from fittrack.kit.ids import UserId

ZONE = ZoneInfo("America/New_York")


@dataclass
class Naive:
    """Counts everything anew each time."""

    engine: Engine
    verified: dict[UserId, datetime] = field(default_factory=dict)
    """When whose address was verified: the row forgets it with the account."""

    tables: dict[str, list[Any]] = field(default_factory=dict)

    def read(self) -> None:
        """Every row there is now."""
        with snapshot(self.engine) as conn:
            for table in (users, user_days, drawings, prizes, winners, ledger):
                self.tables[table.name] = list(conn.execute(select(table)))

    def read_rows(self, table: Any) -> list[Any]:
        """The rows of one table now."""
        with snapshot(self.engine) as conn:
            return list(conn.execute(select(table)))

    def rows(self, table: Any) -> list[Any]:
        return self.tables[table.name]

    def registrations(self, first: date, last: date) -> dict[str, int]:
        people = self.rows(users)
        left = {each.user_id: each.deleted_at for each in people if each.deleted_at is not None}
        return {
            "registrations": _in(first, last, (each.created_at for each in people)),
            "verified": _in(
                first,
                last,
                (
                    at
                    for user_id, at in self.verified.items()
                    if user_id not in left or day_of(left[user_id]) > day_of(at)
                ),
            ),
            "deleted": _in(first, last, (each.deleted_at for each in people)),
        }

    def activity(self, first: date, last: date, tier: str | None = None) -> dict[str, int]:
        days = [
            row for row in self.rows(user_days) if first <= row.day <= last and tier in (None, row.tier_code)
        ]
        earned = [
            entry.amount
            for entry in self.rows(ledger)
            if entry.day is not None
            and first <= date.fromisoformat(entry.day) <= last
            and tier in (None, entry.tier_code)
        ]
        return {
            "active_players": len({row.user_id for row in days}),
            "active_days": sum(row.run > 0 for row in days),
            "steps": sum(row.steps for row in days),
            "active_minutes": sum(row.minutes for row in days),
            "workouts": sum(row.workouts for row in days),
            "points_earned": sum(earned),
        }

    def drawings(self, first: date, last: date) -> dict[str, Any]:
        every = self.rows(drawings)
        held = {row.drawing_id: row for row in every if _is_in(first, last, row.completed_at)}
        values = {row.prize_id: row.value_cents for row in self.rows(prizes)}
        won = [
            values[row.prize_id]
            for row in self.rows(winners)
            if row.drawing_id in held and row.created_at == held[row.drawing_id].completed_at
        ]
        booked: Counter[str] = Counter()
        count: Counter[str] = Counter()
        for entry in self.rows(ledger):
            if _is_in(first, last, entry.created_at):
                booked[entry.reference_type] += entry.amount
                count[entry.reference_type] += 1
        cents = sum(won)
        return {
            "drawings": len(held),
            "tickets": sum(row.total_tickets for row in held.values()),
            "entrants": sum(row.entrants for row in held.values()),
            "winners": len(won),
            "prize_value_usd": f"{cents / 100:.2f}",
            "cancelled": _in(first, last, (row.cancelled_at for row in every)),
            "purchases": count["drawing"],
            "points_spent": -booked["drawing"],
            "points_refunded": booked["refund"],
        }

    def outstanding(self) -> int:
        gone = {row.user_id for row in self.rows(users) if row.deleted_at is not None}
        return sum(entry.amount for entry in self.rows(ledger) if entry.user_id not in gone)


def day_of(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()


def _is_in(first: date, last: date, instant: datetime | None) -> bool:
    return instant is not None and first <= day_of(instant) <= last


def _in(first: date, last: date, instants: Any) -> int:
    return sum(_is_in(first, last, instant) for instant in instants)


def periods(period: str, first: date, last: date) -> Iterator[tuple[date, date]]:
    """The periods of which `first` to `last` have a part, day by day."""
    names: dict[str, Callable[[date], object]] = {
        "day": lambda day: day,
        "week": lambda day: day.isocalendar()[:2],
        "month": lambda day: (day.year, day.month),
    }
    name = names[period]
    begin, end = first, last
    while name(begin - timedelta(days=1)) == name(first):
        begin -= timedelta(days=1)
    while name(end + timedelta(days=1)) == name(last):
        end += timedelta(days=1)
    start = begin
    while start <= end:
        stop = start
        while name(stop + timedelta(days=1)) == name(start):
            stop += timedelta(days=1)
        yield start, stop
        start = stop + timedelta(days=1)
