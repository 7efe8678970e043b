"""A crowd for admins' lists: a few thousand rows put there at once, and the same facts as plain dictionaries.

What a list finds is compared with a search through the facts. Many rows share an instant, so that an order
without a last word would let pages overlap.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert

from fittrack.app import Node
from fittrack.config import Settings
from fittrack.db.engine import make_engine
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.drawings import drawings, fulfillments, prizes, sponsors
from fittrack.db.tables.logs import ledger
from fittrack.db.tables.operations import account_reviews, audit_log, review_appeals
from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import uuid7
from fittrack.kit.standing import Role
from tests.world import enrol, migrated, no_fatal, settings_for

PEOPLE = 600
ENTRIES = 1_200
OTHERS = 500
"""Of each other kind."""
DRAWINGS = 8
SHARING = 7
"""Rows of one instant."""

Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Where it is, an admin's token, and what is known of everything, by table."""

    settings: Settings
    token: str
    facts: dict[str, list[Fact]]


def gather(folder: Path) -> Crowd:
    """The crowd, in a new database in `folder`."""
    settings = migrated(settings_for(folder))
    token = asyncio.run(_an_admin(settings))
    maker = _Maker(SystemClock().now().replace(microsecond=0))
    engine = make_engine(settings.database)
    facts: dict[str, list[Fact]] = {}
    with engine.begin() as conn:
        for table, rows in maker.rows():
            conn.execute(insert(table), rows)
            facts[table.name] = rows
    with engine.connect() as conn:  # the admin is one of the accounts
        facts["users"] = [dict(row) for row in conn.execute(users.select()).mappings()]
    engine.dispose()
    return Crowd(settings, token, facts)


async def _an_admin(settings: Settings) -> str:
    node = Node(settings, on_fatal=no_fatal)
    try:
        return (await enrol(node, "boss", role=Role.ADMIN)).token
    finally:
        await node.close()


class _Maker:
    def __init__(self, now: datetime) -> None:
        self._now = now
        self._random = Random(2026)
        self._people = [uuid7() for _ in range(PEOPLE)]
        self._drawings = [uuid7() for _ in range(DRAWINGS)]
        self._sponsors = [uuid7() for _ in range(OTHERS)]
        self._prizes = [uuid7() for _ in range(OTHERS)]
        self._reviews = [uuid7() for _ in range(OTHERS)]

    def rows(self) -> Iterator[tuple[Table, list[Fact]]]:
        """Every table with its rows, those that others refer to first."""
        yield users, [self._user(n, user_id) for n, user_id in enumerate(self._people)]
        yield profiles, [self._profile(n, user_id) for n, user_id in enumerate(self._people) if n % 5]
        yield ledger, [self._entry(n) for n in range(ENTRIES)]
        yield account_reviews, [self._review(n, review_id) for n, review_id in enumerate(self._reviews)]
        yield review_appeals, [self._appeal(n, id) for n, id in enumerate(self._reviews) if n % 3 == 0]
        yield drawings, [self._drawing(n, drawing_id) for n, drawing_id in enumerate(self._drawings)]
        yield sponsors, [self._sponsor(n, sponsor_id) for n, sponsor_id in enumerate(self._sponsors)]
        yield prizes, [self._prize(n, prize_id) for n, prize_id in enumerate(self._prizes)]
        yield fulfillments, [self._fulfilment(n) for n in range(OTHERS)]
        yield audit_log, [self._record(n) for n in range(OTHERS)]

    def _at(self, n: int) -> datetime:
        return self._now - timedelta(minutes=n // SHARING)

    def _one_of(self, *values: Any) -> Any:
        return self._random.choice(values)

    def _person(self) -> UUID:
        """Somebody; a few are met often."""
        return self._random.choice(self._people[: self._random.choice((3, PEOPLE))])

    def _user(self, n: int, user_id: UUID) -> Fact:
        email = f"Guest{n}@{self._one_of('north', 'south')}.example"
        return {
            "user_id": user_id,
            "email": email,
            "email_key": email.lower(),
            "status": self._one_of("active", "active", "pending", "suspended", "banned"),
            "role": self._one_of("user", "user", "premium"),
            "date_of_birth": date(1990, 5, 17),
            "state_of_residence": "TX",
            "under_review": self._one_of(True, False),
            "standing_changed_at": self._at(n),
            "created_at": self._at(n),
        }

    def _profile(self, n: int, user_id: UUID) -> Fact:
        name = f"{self._one_of('Ann', 'Bob', 'cyd')} {n}"
        level = self._one_of("advanced", "beginner")
        return {
            "user_id": user_id,
            "display_name": name,
            "display_key": name.casefold(),
            "biological_sex": "female",
            "fitness_level": level,
            "tier_code": f"F-30-39-{level[:3].upper()}",
            "updated_at": self._at(n),
        }

    def _entry(self, n: int) -> Fact:
        return {
            "user_id": self._person(),
            "seq": n + 1,
            "transaction_id": uuid7(),
            "transaction_type": self._one_of("earn", "spend", "adjust"),
            "amount": 5,
            "balance_after": 5,
            "reference_type": self._one_of("activity", "drawing"),
            "reference_id": None,
            "description": "Of the crowd",
            "created_at": self._at(n),
        }

    def _review(self, n: int, review_id: UUID) -> Fact:
        return {
            "review_id": review_id,
            "user_id": self._person(),
            "reason": self._one_of("manual-points", "tier-outlier"),
            "subject": f"subject {n}",
            "evidence": b'{"detail": "Much for one day"}',
            "status": self._one_of("open", "cleared", "confirmed"),
            "opened_at": self._at(n),
        }

    def _appeal(self, n: int, review_id: UUID) -> Fact:
        answered = self._one_of(True, False)
        return {
            "appeal_id": uuid7(),
            "review_id": review_id,
            "user_id": self._person(),
            "statement": "It was me",
            "created_at": self._at(n),
            "answered_at": self._at(n) if answered else None,
            "answer": "It was" if answered else None,
        }

    def _drawing(self, n: int, drawing_id: UUID) -> Fact:
        return {
            "drawing_id": drawing_id,
            "drawing_type": "daily",
            "name": f"Draw {n}",
            "ticket_cost_points": 10,
            "ticket_sales_close": self._at(0),
            "drawing_time": self._now + timedelta(hours=n // 2),
            "user_type": "all",
            "min_account_age_days": 0,
            "auto_execute": False,
            "status": ("completed", "draft")[n % 2],
            "created_at": self._at(n),
        }

    def _sponsor(self, n: int, sponsor_id: UUID) -> Fact:
        return {
            "sponsor_id": sponsor_id,
            "name": f"{self._one_of('acme', 'Best', 'Corner')} {n}",
            "active": self._one_of(True, False),
            "created_at": self._at(n),
            "updated_at": self._at(n),
        }

    def _prize(self, n: int, prize_id: UUID) -> Fact:
        return {
            "prize_id": prize_id,
            "drawing_id": self._random.choice(self._drawings),
            "rank": n % 5 + 1,
            "name": self._one_of("Mug", "bike", "Voucher"),
            "value_cents": self._random.randrange(40) * 100,
            "quantity": 1,
            "fulfillment_type": self._one_of("digital", "physical"),
            "sponsor_id": self._random.choice((None, *self._sponsors[:3])),
            "created_at": self._at(n),
            "updated_at": self._at(n),
        }

    def _fulfilment(self, n: int) -> Fact:
        due = self._one_of(None, timedelta(days=1), timedelta(days=12))
        return {
            "fulfillment_id": uuid7(),
            "drawing_id": self._random.choice(self._drawings),
            "prize_id": self._random.choice(self._prizes),
            "draw_order": n + 1,
            "user_id": self._person(),
            "status": self._one_of("winner_notified", "shipped", "delivered"),
            "next_due_at": None if due is None else self._at(n) + due,
            "address_due_at": None if due is None else self._at(0) + due,
            "created_at": self._at(n),
            "updated_at": self._at(self._random.randrange(OTHERS)),
        }

    def _record(self, n: int) -> Fact:
        return {
            "audit_id": uuid7(),
            "actor_id": self._person(),
            "action": self._one_of("user.suspend", "drawing.create"),
            "subject_type": self._one_of("user", "drawing"),
            "subject_id": self._one_of("one", "other"),
            "created_at": self._at(n),
        }
