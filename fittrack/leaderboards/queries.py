"""Boards and tallies out of the ledger: what ranks are its entries that carry a day (SPEC 4)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, case, func, select

from fittrack.db.tables.accounts import profiles, users
from fittrack.db.tables.activities import user_days
from fittrack.db.tables.logs import ledger
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role
from fittrack.leaderboards.ladder import Contender, Ladder, Total
from fittrack.leaderboards.periods import BoardId
from fittrack.leaderboards.tally import Earned, Tally
from fittrack.profiles.tiers import OPEN_TIER_CODE

NOT_SHOWN = (AccountStatus.BANNED.value, AccountStatus.DELETED.value)

_NAME = case(
    (users.c.status.not_in(NOT_SHOWN) & (users.c.role != Role.ADMIN.value), profiles.c.display_name)
).label("display_name")
_SUMS = (
    func.sum(ledger.c.amount).label("points"),
    func.max(ledger.c.created_at).label("reached_at"),
    func.max(ledger.c.seq).label("seq"),
)
# Made once: a player's actor needs them when somebody waits.
_BY_DAY: Select[Any] = (
    select(ledger.c.day, ledger.c.tier_code, *_SUMS)
    .where(ledger.c.user_id == bindparam("user_id"), ledger.c.day >= bindparam("since"))
    .group_by(ledger.c.day, ledger.c.tier_code)
)
_BY_TIER: Select[Any] = (
    select(ledger.c.tier_code, *_SUMS)
    .where(ledger.c.user_id == bindparam("user_id"), ledger.c.day.is_not(None))
    .group_by(ledger.c.tier_code)
)
_ACTIVE_DAYS = select(user_days.c.day).where(user_days.c.user_id == bindparam("user_id"), user_days.c.run > 0)


def load(conn: Connection, board: BoardId) -> Ladder:
    """Everybody who earned on a board, in one snapshot. Made on the thread that reads."""
    return Ladder(_contenders(conn, board, []))


def totals_of(conn: Connection, board: BoardId, user_ids: Sequence[UserId]) -> list[Contender]:
    """Some of a board's players, at most as many as fit an `IN`."""
    return _contenders(conn, board, user_ids)


def heads_since(conn: Connection, board: BoardId, since: datetime) -> dict[UserId, int]:
    """Who earned on a board since an instant, and up to which position."""
    rows = conn.execute(
        select(ledger.c.user_id, func.max(ledger.c.seq).label("seq"))
        .where(ledger.c.created_at >= since, *_counting(board))
        .group_by(ledger.c.user_id)
    )
    return {UserId(row.user_id): row.seq for row in rows}


def names_since(conn: Connection, since: datetime) -> dict[UserId, str | None]:
    """What players are called whose status, role or profile changed since an instant."""
    rows = conn.execute(
        select(users.c.user_id, _NAME)
        .outerjoin(profiles, profiles.c.user_id == users.c.user_id)
        .where(users.c.standing_changed_at >= since)
    )
    return {UserId(row.user_id): row.display_name for row in rows}


def changes_since(
    conn: Connection, board: BoardId, since: datetime
) -> tuple[dict[UserId, int], dict[UserId, str | None]]:
    """What may have changed on a board since an instant, in one snapshot."""
    return heads_since(conn, board, since), names_since(conn, since)


def tally(conn: Connection, user_id: UserId, since: date) -> Tally:
    """What a player earned, by day from `since` on."""
    mine = {"user_id": user_id}
    by_day = conn.execute(_BY_DAY, {**mine, "since": since.isoformat()})
    return Tally(
        since,
        by_day={(date.fromisoformat(row.day), row.tier_code): _earned(row) for row in by_day},
        by_tier={row.tier_code: _earned(row) for row in conn.execute(_BY_TIER, mine)},
        active=conn.execute(_ACTIVE_DAYS, mine).scalars(),
    )


def _contenders(conn: Connection, board: BoardId, user_ids: Sequence[UserId]) -> list[Contender]:
    """The totals of a board, in one snapshot; of some players if any are named."""
    counting, active = _counting(board), _active(board)
    if user_ids:
        counting.append(ledger.c.user_id.in_(user_ids))
        active.append(user_days.c.user_id.in_(user_ids))
    sums = select(ledger.c.user_id, *_SUMS).where(*counting).group_by(ledger.c.user_id).subquery()
    days = (
        select(user_days.c.user_id, func.count().label("active_days"))
        .where(*active)
        .group_by(user_days.c.user_id)
        .subquery()
    )
    active_days = func.coalesce(days.c.active_days, 0).label("active_days")
    rows = conn.execute(
        select(sums, active_days, _NAME)
        .join(users, users.c.user_id == sums.c.user_id)
        .outerjoin(profiles, profiles.c.user_id == sums.c.user_id)
        .outerjoin(days, days.c.user_id == sums.c.user_id)
        # As the ladder orders them: what is sorted already is sorted fast, and no lock of Python's is held.
        .order_by(sums.c.points.desc(), sums.c.reached_at, active_days.desc(), sums.c.user_id)
    )
    return [
        Contender(
            UserId(row.user_id),
            Total(int(row.points), row.reached_at, row.active_days, row.seq),
            row.display_name,
        )
        for row in rows
    ]


def _counting(board: BoardId) -> list[ColumnElement[bool]]:
    """Which entries count on a board."""
    counting: list[ColumnElement[bool]] = [ledger.c.day >= board.first.isoformat()]
    if board.after is not None:
        counting.append(ledger.c.day < board.after.isoformat())
    if board.tier_code != OPEN_TIER_CODE:
        counting.append(ledger.c.tier_code == board.tier_code)
    return counting


def _active(board: BoardId) -> list[ColumnElement[bool]]:
    """Which days are active ones of a board's period."""
    active: list[ColumnElement[bool]] = [user_days.c.run > 0, user_days.c.day >= board.first]
    if board.after is not None:
        active.append(user_days.c.day < board.after)
    return active


def _earned(row: Row[Any]) -> Earned:
    return Earned(int(row.points), row.reached_at, row.seq)
