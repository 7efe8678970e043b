"""What an account may do: its role and its status (SPEC 1). Changed only by the player's own log."""

from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    USER = "user"
    PREMIUM = "premium"
    ADMIN = "admin"


class AccountStatus(StrEnum):
    """Whether an account may take part. `pending`: its email is not verified yet."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    BANNED = "banned"
    DELETED = "deleted"


def is_premium(role: Role, expires_at: datetime | None, now: datetime) -> bool:
    """Whether the premium role holds at `now`; without an instant it has no end."""
    return role is Role.PREMIUM and (expires_at is None or now < expires_at)
