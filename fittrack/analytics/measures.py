"""What is counted of a day, under which names figures are kept.

Two families, told apart by when a figure of a past day can still change:

- of *activity*, by the day in which it took place, for everybody and by tier: late activities and
  corrections change days that are over, so these are counted again;
- of *events*, by the instant at which they happened: once a day is over and counted, they are settled.
  Who deletes an account later, or whose rows are erased for their age, was there all the same.
"""

from enum import StrEnum
from typing import Final

ALL: Final = "all"
"""The dimension of what is not divided."""


class Of(StrEnum):
    """The figures of a day. Points, minutes and steps are whole numbers, money is cents."""

    # Of activity.
    PLAYERS = "players"
    """Players who logged something of that day; of a week or month, each once."""
    ACTIVE_DAYS = "active_days"
    """Player-days of at least 30 active or workout minutes (SPEC 3)."""
    STEPS = "steps"
    MINUTES = "minutes"
    WORKOUTS = "workouts"
    POINTS_EARNED = "points_earned"
    """What the ledger holds for that day, corrections and streak bonuses included."""

    # Of events.
    REGISTRATIONS = "registrations"
    VERIFIED = "verified"
    """Email addresses verified, of accounts that were there at the end of the day."""
    DELETED = "deleted"
    PURCHASES = "purchases"
    POINTS_SPENT = "points_spent"
    POINTS_REFUNDED = "points_refunded"
    POINTS_ADJUSTED = "points_adjusted"
    """What admins gave and took, signed."""
    NET_POINTS = "net_points"
    """All that was booked, signed: over all days it is what players have."""
    DRAWINGS = "drawings"
    """Drawings drawn; the next four are of these."""
    TICKETS = "tickets"
    ENTRANTS = "entrants"
    WINNERS = "winners"
    PRIZE_CENTS = "prize_cents"
    """The value of the prizes that were won in the draw."""
    DRAWINGS_CANCELLED = "drawings_cancelled"


ACTIVITY: Final = (
    Of.PLAYERS,
    Of.ACTIVE_DAYS,
    Of.STEPS,
    Of.MINUTES,
    Of.WORKOUTS,
    Of.POINTS_EARNED,
)
EVENTS: Final = tuple(measure for measure in Of if measure not in ACTIVITY)

Figures = dict[tuple[str, str], int]
"""Amounts by measure and dimension; what is missing is zero."""
