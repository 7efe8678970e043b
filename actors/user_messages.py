"""What is said to a player's actor beside commands."""

from dataclasses import dataclass
from uuid import UUID

from msgspec import Struct

from fittrack.inbox.notices import InboxHead
from fittrack.players.model import Account
from fittrack.points.ledger import LedgerHead
from protocol.shapes import Streak, Today


@dataclass(frozen=True, slots=True)
class ViewPlayer:
    """Asks for a `PlayerView`."""


class PlayerView(Struct, frozen=True):
    """A player, live."""

    account: Account
    ledger: LedgerHead
    inbox: InboxHead
    today: Today
    streak: Streak


@dataclass(frozen=True, slots=True)
class ApplyEffect:
    """Something another actor's unit owes this player. Applying it twice does nothing."""

    kind: str
    subject_id: UUID
    payload: bytes
