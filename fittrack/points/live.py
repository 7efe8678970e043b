"""A player as of this moment, from the actor's memory: what `welcome` and the live parts of REST show."""

from dataclasses import dataclass

from msgspec import Struct

from fittrack.points.award import DayAward
from protocol.shapes import PlayerCard, Streak, Today


@dataclass(frozen=True, slots=True)
class ViewPlayer:
    """Asks a player's actor for a `PlayerView`. `ledger_seq`: the asker saw the ledger come so far."""

    ledger_seq: int = 0


class PlayerView(Struct, frozen=True, kw_only=True):
    """A player, live. Positions are the last ones of the player's streams."""

    card: PlayerCard
    balance: int
    ledger_seq: int
    inbox_seq: int
    unread: int
    today: Today
    streak: Streak
    award: DayAward
    """Where today's points come from."""
    streak_bonus: int
    """What today earns on top, in points."""
