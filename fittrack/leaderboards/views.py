"""Boards as clients see them (SPEC 10, PROTOCOL)."""

from collections.abc import Sequence
from datetime import datetime

from fittrack.kit.calendar import PlatformCalendar
from fittrack.leaderboards.periods import BoardId
from fittrack.profiles.tiers import TIERS
from protocol.outbound import Leaderboard
from protocol.shapes import Ranking, instant


def ends_at(board: BoardId, calendar: PlatformCalendar) -> datetime | None:
    """The instant at which another board takes its place; none for all time."""
    return None if board.after is None else calendar.start_of(board.after)


def leaderboard(
    board: BoardId, rankings: Sequence[Ranking], total_players: int, ends: datetime | None
) -> Leaderboard:
    """What the channel of a board shows."""
    return Leaderboard(
        period=board.period,
        tier_code=board.tier_code,
        tier_name=TIERS[board.tier_code].name,
        total_players=total_players,
        reset_time=None if ends is None else instant(ends),
        rankings=list(rankings),
    )
