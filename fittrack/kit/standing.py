"""What an account may do: its role and its status (SPEC 1). Changed only by the player's own log."""

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
