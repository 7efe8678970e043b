"""What a player is told of, and how (SPEC 8). Pure."""

from dataclasses import dataclass
from typing import Final, get_args

from protocol.outbound import NotificationType

CATEGORIES: Final[tuple[NotificationType, ...]] = get_args(NotificationType)

REQUIRED: Final[frozenset[NotificationType]] = frozenset(
    {"winner_selected", "fulfillment_update", "account_status_change", "verification", "password_reset"}
)
"""What nobody can switch off: in silence a winner would lose the prize, and others the account."""

OPTIONAL: Final[tuple[NotificationType, ...]] = tuple(name for name in CATEGORIES if name not in REQUIRED)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a player has switched off; everything else is on."""

    not_in_app: frozenset[NotificationType] = frozenset()
    not_by_email: frozenset[NotificationType] = frozenset()

    def __post_init__(self) -> None:
        assert not (self.not_in_app | self.not_by_email) & REQUIRED, "they cannot be switched off"

    def in_app(self, category: NotificationType) -> bool:
        """Whether it goes into the inbox."""
        return category not in self.not_in_app

    def by_email(self, category: NotificationType) -> bool:
        """Whether a letter is sent, if there is one."""
        return category not in self.not_by_email

    @property
    def version(self) -> str:
        """Changes whenever the preferences do."""
        return "+".join(["app", *sorted(self.not_in_app), "email", *sorted(self.not_by_email)])


EVERYTHING: Final = Preferences()
"""What holds until a player chooses: one object for all of them."""
