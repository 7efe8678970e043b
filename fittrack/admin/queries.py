"""Searching accounts, and reading all players' ledgers."""

from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from fittrack.accounts.rules import email_key
from fittrack.admin.schemas import PlayersTransaction, Sort, TransactionsQuery, UserRow, UsersQuery
from fittrack.db.clauses import matching
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.logs import ledger
from fittrack.db.tables.sessions import mfa_secrets, sessions
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.points.queries import TRANSACTION
from fittrack.profiles.queries import in_tier
from fittrack.profiles.rules import display_name_key
from fittrack.profiles.tiers import FitnessLevel, Sex, Tier, tier_of
from protocol.shapes import instant

_KEYS: dict[Sort, ColumnElement[Any]] = {
    Sort.NEWEST: users.c.created_at.desc(),
    Sort.OLDEST: users.c.created_at,
    Sort.EMAIL: users.c.email_key,
    Sort.EMAIL_DOWN: users.c.email_key.desc(),
    Sort.NAME: profiles.c.display_key,
    Sort.NAME_DOWN: profiles.c.display_key.desc(),
}


FEW: Final = 1_000
"""Entries that are found and counted in one go. Of what there is little, all of an index must be read to
find it: once, then, and not again to count it."""

_OF_PROFILE = (profiles.c.display_name, profiles.c.biological_sex, profiles.c.fitness_level)


class Extras(NamedTuple):
    """What only administrators see of an account."""

    under_review: bool
    mfa_enrolled: bool
    live_sessions: int
    last_seen_at: datetime | None
    standing_changed_at: datetime


class Position(NamedTuple):
    """Where an entry stands in the list of all players' entries."""

    created_at: datetime
    user_id: UserId
    seq: int


def search(conn: Connection, query: UsersQuery, tier: Tier | None, today: date) -> tuple[list[UserRow], int]:
    """The page of accounts that `query` asks for, in `tier` if there is one, and how many there are."""
    matching = _matching(query)
    if tier is not None:
        matching.append(in_tier(tier, today))
    known = users.outerjoin(profiles, profiles.c.user_id == users.c.user_id)
    accounts = select(users, *_OF_PROFILE).select_from(known)
    counted = select(func.count()).select_from(known)
    page = accounts.where(*matching).order_by(*_order(query.sort)).offset(query.offset).limit(query.limit)
    total = conn.execute(counted.where(*matching)).scalar_one()
    return [_user(row, today) for row in conn.execute(page)], total


def extras(conn: Connection, user_id: UserId, now: datetime) -> Extras:
    """What only administrators see of an account that exists."""
    account = conn.execute(
        select(users.c.under_review, users.c.standing_changed_at, mfa_secrets.c.confirmed_at)
        .outerjoin(mfa_secrets, mfa_secrets.c.user_id == users.c.user_id)
        .where(users.c.user_id == user_id)
    ).one()
    live = and_(sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
    seen = conn.execute(
        select(func.max(sessions.c.last_used_at)).where(sessions.c.user_id == user_id)
    ).scalar_one()
    living = conn.execute(
        select(func.count()).select_from(sessions).where(sessions.c.user_id == user_id, live)
    ).scalar_one()
    return Extras(
        under_review=account.under_review,
        mfa_enrolled=account.confirmed_at is not None,
        live_sessions=living,
        last_seen_at=seen,
        standing_changed_at=account.standing_changed_at,
    )


def transactions(
    conn: Connection, query: TransactionsQuery, after: Position | None
) -> tuple[list[PlayersTransaction], int]:
    """The page of ledger entries that `query` asks for, the latest first, and how many there are.

    An index holds what is asked by: first it says where the entries are, then these alone are read.
    """
    sought, offset = _sought(query), 0 if after is not None else query.offset
    latest = _positions(conn, sought, FEW + 1)
    if len(latest) <= FEW:
        behind = [each for each in latest if after is None or each < after]
        return _entries(conn, behind[offset : offset + query.limit]), len(latest)
    total = conn.execute(select(func.count()).select_from(ledger).where(*sought)).scalar_one()
    if after is not None:
        sought.append(_behind(after))
    return _entries(conn, _positions(conn, sought, query.limit, offset)), total


def _matching(query: UsersQuery) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if query.q is not None:
        clauses.append(or_(_email_has(query.q), _name_has(query.q)))
    if query.email is not None:
        clauses.append(_email_has(query.email))
    if query.name is not None:
        clauses.append(_name_has(query.name))
    if query.status is not None:
        clauses.append(users.c.status == query.status.value)
    if query.role is not None:
        clauses.append(users.c.role == query.role.value)
    if query.under_review is not None:
        clauses.append(users.c.under_review == query.under_review)
    return clauses


def _email_has(part: str) -> ColumnElement[bool]:
    return users.c.email_key.contains(email_key(part), autoescape=True)


def _name_has(part: str) -> ColumnElement[bool]:
    return profiles.c.display_key.contains(display_name_key(part), autoescape=True)


def _order(sort: Sort) -> tuple[ColumnElement[Any], ...]:
    # Who has no name, or no email any more, comes last on both databases, in either direction.
    key = _KEYS[sort]
    return (key if sort in {Sort.NEWEST, Sort.OLDEST} else key.nulls_last()), users.c.user_id.desc()


def _user(row: "Row[Any]", today: date) -> UserRow:
    ends = row.premium_expires_at
    return UserRow(
        user_id=row.user_id,
        email=row.email,
        display_name=row.display_name,
        status=AccountStatus(row.status),
        role=Role(row.role),
        premium_expires_at=None if ends is None else instant(ends),
        tier_code=_tier_code(row, today),
        under_review=row.under_review,
        created_at=instant(row.created_at),
    )


def _tier_code(row: "Row[Any]", today: date) -> str | None:
    if row.biological_sex is None:
        return None
    return tier_of(Sex(row.biological_sex), row.date_of_birth, FitnessLevel(row.fitness_level), today).code


def _sought(query: TransactionsQuery) -> list[ColumnElement[bool]]:
    wanted = (
        (ledger.c.user_id, query.user_id),
        (ledger.c.transaction_type, query.type),
        (ledger.c.reference_type, query.reference_type),
    )
    return matching(wanted, at=ledger.c.created_at, since=query.since, until=query.until)


def _behind(position: Position) -> ColumnElement[bool]:
    """What follows in the order of the list."""
    at, user_id, seq = position
    return or_(
        ledger.c.created_at < at,
        and_(
            ledger.c.created_at == at,
            or_(
                ledger.c.user_id < user_id,
                and_(ledger.c.user_id == user_id, ledger.c.seq < seq),
            ),
        ),
    )


def _positions(
    conn: Connection, sought: list[ColumnElement[bool]], limit: int, offset: int = 0
) -> list[Position]:
    rows = conn.execute(
        select(ledger.c.created_at, ledger.c.user_id, ledger.c.seq)
        .where(*sought)
        .order_by(ledger.c.created_at.desc(), ledger.c.user_id.desc(), ledger.c.seq.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Position(*row) for row in rows]


def _entries(conn: Connection, positions: list[Position]) -> list[PlayersTransaction]:
    """The entries that are there, in that order."""
    if not positions:
        return []
    keys = [(position.user_id, position.seq) for position in positions]
    # Not as pairs in a list: SQLite would look for those in the whole table.
    any_of_them = or_(*(and_(ledger.c.user_id == user_id, ledger.c.seq == seq) for user_id, seq in keys))
    rows = conn.execute(
        select(*TRANSACTION, ledger.c.user_id, profiles.c.display_name)
        .outerjoin(profiles, profiles.c.user_id == ledger.c.user_id)
        .where(any_of_them)
    )
    found = {(row.user_id, row.seq): _entry(row) for row in rows}
    return [found[key] for key in keys]


def _entry(row: Any) -> PlayersTransaction:
    return PlayersTransaction(**{**row._asdict(), "created_at": instant(row.created_at)})
