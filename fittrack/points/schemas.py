"""Points as REST gives them (SPEC 10)."""

from uuid import UUID

from msgspec import Struct

from protocol.shapes import Today, Transaction


class Balance(Struct, frozen=True, kw_only=True):
    """`GET points/balance`."""

    balance: int
    ledger_seq: int
    total_earned: int


class Breakdown(Struct, frozen=True, kw_only=True):
    """Where today's points come from; with `over_cap` (zero or negative) they add up to `points_earned`."""

    steps: int
    step_goal: int
    active_minutes: int
    workouts: int
    over_cap: int
    streak_bonus: int


class Daily(Today, frozen=True, kw_only=True):
    """`GET points/daily`: today, and where its points come from."""

    breakdown: Breakdown


class Adjusted(Transaction, frozen=True, kw_only=True):
    """An adjustment by an admin: the ledger entry, and whose it is. `balance_after` is the balance now."""

    user_id: UUID
