"""Reading what gaming is recognised by, and keeping the figures of tiers."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select

from fittrack.activities.review import ReviewKind, TierStats
from fittrack.db import device_queries
from fittrack.db.row_queries import insert_unless_there
from fittrack.db.tables.accounts import users
from fittrack.db.tables.activities import user_days
from fittrack.db.tables.analytics import tier_norms
from fittrack.db.tables.operations import account_devices, account_reviews
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.reviews.gaming.watch import Watch
from fittrack.reviews.rules import DEVICE_ACCOUNTS_MAX


class SharedDevice(NamedTuple):
    """An account that is to be reviewed for a device that so many accounts use."""

    user_id: UserId
    device_id: str
    accounts: int


class TierSums(NamedTuple):
    """Whole sums over a tier's player-days with points: mean and deviation follow from them."""

    tier_code: str
    days: int
    players: int
    points: int
    squares: int

    @property
    def stats(self) -> TierStats:
        return TierStats.of_sums(
            days=self.days, players=self.players, points=self.points, squares=self.squares
        )


def watch(conn: Connection, user_id: UserId, tier_code: str, day: date) -> Watch:
    """What is known on `day`."""
    mine = account_reviews.c.user_id == user_id
    reviewed = conn.execute(select(account_reviews.c.reason, account_reviews.c.subject).where(mine))
    return Watch(
        tier_code=tier_code,
        day=day,
        stats=norm(conn, tier_code),
        reviewed={(row.reason, row.subject) for row in reviewed},
        devices=device_queries.known(conn, user_id),
    )


def was_reviewed(conn: Connection, user_id: UserId, name: tuple[str, str]) -> bool:
    """Whether the account had a review for this reason and subject, whatever came of it."""
    mine, (reason, subject) = account_reviews.c.user_id == user_id, name
    found = select(account_reviews.c.review_id).where(
        mine, account_reviews.c.reason == reason, account_reviews.c.subject == subject
    )
    return conn.execute(found).first() is not None


# --- Tiers ------------------------------------------------------------------------------------------------


def norm(conn: Connection, tier_code: str) -> TierStats | None:
    """What the days of a tier came to lately, as of the last time that somebody looked."""
    row = conn.execute(select(tier_norms).where(tier_norms.c.tier_code == tier_code)).one_or_none()
    if row is None:
        return None
    return TierStats.of_sums(
        days=row.day_count, players=row.player_count, points=row.points_sum, squares=row.points_squared_sum
    )


def norms_made_at(conn: Connection) -> datetime | None:
    """When the figures of tiers were last made; None: never, or there was nothing to make them of."""
    made: datetime | None = conn.execute(select(func.max(tier_norms.c.updated_at))).scalar_one()
    return made


def tier_sums(conn: Connection, first: date, last: date) -> list[TierSums]:
    """Every tier's sums over the days from `first` to `last`, both included.

    Days of admins and of who was banned say nothing about players.
    """
    points = user_days.c.award_points
    rows = conn.execute(
        select(
            user_days.c.tier_code,
            func.count().label("days"),
            func.count(user_days.c.user_id.distinct()).label("players"),
            func.sum(points).label("points"),
            func.sum(points * points).label("squares"),
        )
        .join(users, users.c.user_id == user_days.c.user_id)
        .where(
            user_days.c.day >= first,
            user_days.c.day <= last,
            points > 0,
            users.c.role != Role.ADMIN.value,
            users.c.status != AccountStatus.BANNED.value,
        )
        .group_by(user_days.c.tier_code)
        .order_by(user_days.c.tier_code)
    )
    return [
        TierSums(row.tier_code, int(row.days), int(row.players), int(row.points), int(row.squares))
        for row in rows
    ]


def replace_norms(conn: Connection, sums: list[TierSums], now: datetime) -> None:
    """From now on these are the figures of tiers, or those of who made them at the same time.

    A tier without any is not judged.
    """
    conn.execute(delete(tier_norms))
    rows = [
        {
            "tier_code": each.tier_code,
            "day_count": each.days,
            "player_count": each.players,
            "points_sum": each.points,
            "points_squared_sum": each.squares,
            "updated_at": now,
        }
        for each in sums
    ]
    if rows:
        insert_unless_there(conn, tier_norms, rows)


# --- Devices ----------------------------------------------------------------------------------------------


def shared_devices(conn: Connection, since: datetime, limit: int) -> list[SharedDevice]:
    """Accounts that share a device which one of them used for the first time since then, and were not
    reviewed for it. Admins try things out: they are no players.
    """
    lately = account_devices.alias("lately")
    fresh = exists().where(lately.c.device_id == account_devices.c.device_id, lately.c.noted_at >= since)
    reviewed = exists().where(
        account_reviews.c.user_id == account_devices.c.user_id,
        account_reviews.c.reason == ReviewKind.SHARED_DEVICE.value,
        account_reviews.c.subject == account_devices.c.device_id,
    )
    other, holder = account_devices.alias("other"), users.alias("holder")
    accounts = (
        select(func.count())
        .select_from(other.join(holder, holder.c.user_id == other.c.user_id))
        .where(other.c.device_id == account_devices.c.device_id, _plays(holder))
        .scalar_subquery()
    )
    rows = conn.execute(
        select(account_devices.c.user_id, account_devices.c.device_id, accounts.label("accounts"))
        .join(users, users.c.user_id == account_devices.c.user_id)
        .where(and_(_plays(users), fresh, ~reviewed, accounts > DEVICE_ACCOUNTS_MAX))
        .order_by(account_devices.c.device_id, account_devices.c.user_id)
        .limit(limit)
    )
    return [SharedDevice(UserId(row.user_id), row.device_id, int(row.accounts)) for row in rows]


def _plays(who: Any) -> ColumnElement[bool]:
    return and_(who.c.role != Role.ADMIN.value, who.c.status != AccountStatus.DELETED.value)
