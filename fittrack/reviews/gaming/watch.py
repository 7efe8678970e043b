"""What a player's actor holds to judge the player's days and devices by."""

from dataclasses import dataclass
from datetime import date

from fittrack.activities.review import TierStats


@dataclass(slots=True)
class Watch:
    """As of one day, for the tier that the player is in. Loaded before the first batch of that day."""

    tier_code: str
    day: date
    stats: TierStats | None
    """What the tier's days come to; None: nobody knows yet."""
    reviewed: set[tuple[str, str]]
    """Reason and subject of every review of the account, whatever came of it."""
    devices: set[str]
    """Devices that are noted of the account."""

    def is_of(self, tier_code: str, day: date) -> bool:
        """Whether it still holds; after midnight the tier's figures are others."""
        return (self.tier_code, self.day) == (tier_code, day)
