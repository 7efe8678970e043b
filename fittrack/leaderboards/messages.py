"""What is said to a board's actor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fittrack.kit.ids import UserId
from fittrack.leaderboards.ladder import Contender
from protocol.shapes import Ranking

BOARD: Final = "leaderboard"
"""The kind of actor, as the registry knows it; its id is a `BoardId` as text."""

TOP: Final = 100
"""Players whom the channel of a board shows (PROTOCOL)."""
NEIGHBOURS: Final = 10
"""Ranks ahead of oneself, and behind, that one is shown (SPEC 4)."""


@dataclass(frozen=True, slots=True)
class MergeTotal:
    """A player earned; this is durable."""

    contender: Contender


@dataclass(frozen=True, slots=True)
class Rename:
    """A player is called so from now on; None: is not shown any more."""

    user_id: UserId
    display_name: str | None


@dataclass(frozen=True, slots=True)
class ViewBoard:
    """Asks for a `BoardView`: a page, and where a player stands."""

    user_id: UserId
    offset: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board as of now."""

    total_players: int
    ends_at: datetime | None
    rank: int | None
    points_earned: int
    around_me: list[Ranking]
    rankings: list[Ranking]


@dataclass(frozen=True, slots=True)
class ViewTop:
    """Asks for the `Snapshot` that a subscriber of the channel gets (`server.ports`)."""


@dataclass(frozen=True, slots=True)
class TellTop:
    """A timer's: the channel's subscribers are to be told."""


@dataclass(frozen=True, slots=True)
class LookAgain:
    """A timer's: what other nodes wrote is to be read, and the end of the period to be seen."""


@dataclass(frozen=True, slots=True)
class Succeed:
    """The former period is over: this board's channel has subscribers who look at it."""
