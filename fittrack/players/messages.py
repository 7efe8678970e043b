"""What is said to a player's actor beside commands and `ViewPlayer`."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ApplyEffect:
    """Something another actor's unit owes this player. Applying it twice does nothing."""

    kind: str
    subject_id: UUID
    payload: bytes
