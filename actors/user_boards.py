"""What a player's actor tells the boards: after the commit, and without waiting for anybody.

What is lost on the way, the boards read again (`actors.leaderboard`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import structlog

from fittrack.activities.days import DayRecord
from fittrack.activities.state import window_start
from fittrack.kit.problems import Busy
from fittrack.kit.standing import Role
from fittrack.leaderboards import queries
from fittrack.leaderboards.ladder import Contender
from fittrack.leaderboards.messages import BOARD, MergeTotal, Rename
from fittrack.leaderboards.periods import BoardId, boards_on
from fittrack.leaderboards.tally import Activity, Earned, Entry, since
from fittrack.players.model import Account
from fittrack.points import ledger
from fittrack.profiles.tiers import OPEN_TIER_CODE

if TYPE_CHECKING:
    from actors.user import UserActor

log = structlog.get_logger(__name__)


async def earned(actor: "UserActor", entries: Sequence[ledger.Entry], days: Sequence[DayRecord]) -> None:
    """Tell the boards the totals that `entries` led to; `days` are those that were touched."""
    if not days:
        return
    services, today = actor.services, _today(actor)
    start = since(window_start(services.clock.now(), services.calendar))
    try:
        if actor.tally is None:  # what is committed holds `entries` already
            actor.tally = await services.reads.run(queries.tally, actor.user_id, start)
        else:
            actor.tally.forget_before(start)
            actor.tally.book(map(_entry, entries), [Activity(day.day, day.run > 0) for day in days])
    except Busy:  # it is committed, so it is answered; the boards find it
        log.warning("boards.not_told", user_id=str(actor.user_id))
        return
    name = _shown_name(actor.existing())
    totals = actor.tally.totals([day.day for day in days], today)
    _tell(actor, ((board, MergeTotal(Contender(actor.user_id, total, name))) for board, total in totals))


def renamed(actor: "UserActor") -> None:
    """Tell the boards on which the player may stand what the player is called now, if shown at all.

    The player's former tiers find out when they next look.
    """
    if actor.account is not None:
        _tell_name(actor, _shown_name(actor.account))


def deleted(actor: "UserActor") -> None:
    """Tell the boards on which the player may stand that there is no such player any more."""
    _tell_name(actor, None)


def _tell_name(actor: "UserActor", display_name: str | None) -> None:
    if actor.ledger.seq == 0:
        return  # who never had points is on no board
    today = _today(actor)
    boards = (board for tier_code in _tiers(actor, today) for board in boards_on(tier_code, today))
    _tell(actor, ((board, Rename(actor.user_id, display_name)) for board in boards))


def _shown_name(account: Account) -> str | None:
    """What the boards call the player; None: they do not show them (`leaderboards.queries`)."""
    hidden = account.player.status in queries.NOT_SHOWN or account.player.role is Role.ADMIN
    return None if hidden else account.display_name


def _entry(entry: ledger.Entry) -> Entry:
    assert entry.day is not None and entry.tier_code is not None, "activities earn on a day, in a tier"
    sum_of_one = Earned(entry.amount, entry.created_at, entry.seq)
    return Entry(date.fromisoformat(entry.day), entry.tier_code, sum_of_one)


def _tiers(actor: "UserActor", today: date) -> Collection[str]:
    known = set() if actor.tally is None else set(actor.tally.tiers)
    own = None if actor.account is None else actor.account.tier_on(today)
    return known | {OPEN_TIER_CODE} | ({own} if own else set())


def _tell(actor: "UserActor", news: Iterable[tuple[BoardId, MergeTotal | Rename]]) -> None:
    """What misses it finds it by itself. While Redis is gone that is so of every command: no news."""
    missed = 0
    for board, message in news:
        try:
            actor.services.registry.ref(BOARD, str(board)).tell(message)
        except Busy:
            missed += 1
    if missed:
        log.debug("boards.not_told", boards=missed)


def _today(actor: "UserActor") -> date:
    return actor.services.calendar.day_of(actor.services.clock.now())
