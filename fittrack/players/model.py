"""A player's account as decisions need it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from fittrack.drawings.model import Player
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus
from fittrack.profiles.tiers import FitnessLevel, Sex, tier_of
from protocol.shapes import PlayerCard

OwnersStatus = Literal["pending", "active", "suspended", "banned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the tables say of an account; `player` are the facts on which a purchase is decided."""

    player: Player
    email: str
    display_name: str | None
    biological_sex: Sex | None
    fitness_level: FitnessLevel | None
    primary_source: str | None
    """The tracker that wins overlaps."""
    under_review: bool
    """An admin is to look at it: it plays on, but wins nothing, and none of its prizes ships (SPEC 3)."""

    @property
    def user_id(self) -> UserId:
        return self.player.user_id

    @property
    def is_deleted(self) -> bool:
        return self.player.status is AccountStatus.DELETED

    def tier_on(self, day: date) -> str | None:
        """Where points earned on `day` count; None until the profile is complete (SPEC 2)."""
        if self.biological_sex is None or self.fitness_level is None:
            return None
        return tier_of(self.biological_sex, self.player.date_of_birth, self.fitness_level, day).code

    def card(self) -> PlayerCard:
        """The account as its owner sees it."""
        assert not self.is_deleted, "nobody owns a deleted account"
        return PlayerCard(
            user_id=self.user_id,
            email=self.email,
            role=self.player.role.value,
            status=cast(OwnersStatus, self.player.status.value),
            display_name=self.display_name,
        )
