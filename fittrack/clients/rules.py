"""What holds for clients and their secrets (pure)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from fittrack.clients.model import StoredSecret

SECRETS_MAX: Final = 2
"""Secrets that count at a time: one, and the one that takes its place."""


def live_secrets(secrets: Iterable[StoredSecret], now: datetime) -> list[StoredSecret]:
    """Those that still count, the newest first."""
    live = [each for each in secrets if each.expires_at is None or now < each.expires_at]
    return sorted(live, key=lambda each: (each.created_at, each.expires_at is None), reverse=True)


def ends_of_former(live: Iterable[StoredSecret], now: datetime, overlap: timedelta) -> dict[str, datetime]:
    """When each live secret ends once a new one is there: after the overlap, none later than it would."""
    end = now + overlap
    return {each.secret_id: end if each.expires_at is None else min(end, each.expires_at) for each in live}


def granted_scopes(asked: Iterable[str] | None, allowed: Iterable[str]) -> list[str] | None:
    """What a token may do: what was asked for, or all; none when that is more than is allowed."""
    has = set(allowed)
    wants = has if asked is None else set(asked)
    return sorted(wants) if wants <= has else None
