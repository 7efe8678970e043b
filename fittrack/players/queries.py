"""Reading everything that the actor of a player holds, in one snapshot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, Select, bindparam, select

from fittrack.activities import queries as activity_queries
from fittrack.activities.state import PlayerActivities
from fittrack.db import log_queries
from fittrack.db.journal import Head
from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.logs import user_log
from fittrack.drawings.model import Player
from fittrack.inbox import queries as inbox_queries
from fittrack.inbox.delivery import InboxHead
from fittrack.inbox.rules import Preferences
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.players.model import Account
from fittrack.points import queries as point_queries
from fittrack.points.ledger import LedgerHead
from fittrack.profiles.tiers import FitnessLevel, Sex

_ACCOUNT: Select[Any] = (
    select(
        users.c.user_id,
        users.c.role,
        users.c.status,
        users.c.email,
        users.c.email_verified_at,
        users.c.date_of_birth,
        users.c.state_of_residence,
        users.c.premium_expires_at,
        users.c.under_review,
        users.c.created_at,
        profiles.c.display_name,
        profiles.c.biological_sex,
        profiles.c.fitness_level,
        profiles.c.tier_code,
        activity_queries.primary_source_of(users.c.user_id).label("primary_source"),
    )
    .outerjoin(profiles, profiles.c.user_id == users.c.user_id)
    .where(users.c.user_id == bindparam("user_id"))
)


class LoadedPlayer(NamedTuple):
    """A player as of one snapshot. `account` is None when there is no such player."""

    head: Head
    keys: dict[UUID, int]
    account: Account | None
    ledger: LedgerHead
    inbox: InboxHead
    preferences: Preferences
    activities: PlayerActivities


def load(conn: Connection, user_id: UserId, now: datetime, calendar: PlatformCalendar) -> LoadedPlayer:
    """Everything about one player."""
    account = load_account(conn, user_id)
    primary_source = None if account is None else account.primary_source
    return LoadedPlayer(
        log_queries.head(conn, user_log, user_id),
        log_queries.recent_keys(conn, user_log, user_id, now - log_queries.KEY_LIFETIME),
        account,
        point_queries.head(conn, user_id),
        inbox_queries.head(conn, user_id),
        inbox_queries.preferences(conn, user_id),
        activity_queries.load_state(conn, user_id, now=now, calendar=calendar, primary_source=primary_source),
    )


def load_account(conn: Connection, user_id: UserId) -> Account | None:
    """The account and its profile."""
    row = conn.execute(_ACCOUNT, {"user_id": user_id}).one_or_none()
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    return Account(
        player=Player(
            user_id=UserId(row.user_id),
            role=Role(row.role),
            status=AccountStatus(row.status),
            email_verified=row.email_verified_at is not None,
            date_of_birth=row.date_of_birth,
            state=row.state_of_residence,
            profile_complete=row.tier_code is not None,
            created_at=row.created_at,
            premium_expires_at=row.premium_expires_at,
        ),
        email=row.email or "",
        display_name=row.display_name,
        biological_sex=None if row.biological_sex is None else Sex(row.biological_sex),
        fitness_level=None if row.fitness_level is None else FitnessLevel(row.fitness_level),
        primary_source=row.primary_source,
        under_review=row.under_review,
    )


def heads(conn: Connection, user_ids: Sequence[UserId]) -> dict[UserId, tuple[int, int]]:
    """The last positions of the players' ledgers and inboxes."""
    found: dict[UserId, tuple[int, int]] = {}
    for user_id in user_ids:
        ledger_seq = point_queries.head(conn, user_id).seq
        found[user_id] = (ledger_seq, inbox_queries.last_seq(conn, user_id))
    return found
