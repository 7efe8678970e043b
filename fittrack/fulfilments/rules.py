"""What may become of a prize on its way, and when the clock acts upon it (SPEC 6).

Pure: the present instant is an argument. Until it is forfeited a prize is decided upon by its winner's
actor, from then on by the drawing's: the two never decide upon the same state.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, Final

from fittrack.drawings.model import FulfillmentType
from fittrack.drawings.rules import InvalidTransition
from fittrack.fulfilments.model import ForfeitReason, Fulfillment, FulfillmentStatus
from fittrack.kit.problems import Problem
from fittrack.kit.standing import AccountStatus

CLAIM_WITHIN: Final = timedelta(days=14)
"""From the fulfilment's creation until a prize without an address is forfeited (SPEC 6)."""

WARNED_BEFORE: Final = timedelta(days=7)
"""Before that the winner is warned, once: seven days without an address (SPEC 6)."""

ANSWER_WITHIN: Final = timedelta(days=7)
"""What a winner always has who is asked again, since an address turned out wrong: as long as from the
warning on. So the prize of somebody who answered in time is not lost to a typing error."""

ADDRESS_KEPT: Final = timedelta(days=90)
"""How long an address is kept after the delivery (SPEC 6)."""


class Deed(StrEnum):
    """What is done with a prize."""

    NOTIFY = "notify"
    CONFIRM_ADDRESS = "confirm-address"
    INVALIDATE_ADDRESS = "invalidate-address"
    SHIP = "ship"
    DELIVER = "deliver"
    FORFEIT = "forfeit"
    RETURN = "return"
    REDRAW = "redraw"


class PrizeOnHold(Problem):
    code, status, title = "prize-on-hold", 409, "The winner's account must be cleared first"


_S = FulfillmentStatus

_COMMON: Final[Mapping[tuple[FulfillmentStatus, Deed], FulfillmentStatus]] = {
    (_S.PENDING, Deed.NOTIFY): _S.WINNER_NOTIFIED,
    (_S.WINNER_NOTIFIED, Deed.NOTIFY): _S.WINNER_NOTIFIED,  # a reminder
    (_S.PENDING, Deed.FORFEIT): _S.FORFEITED,
    (_S.WINNER_NOTIFIED, Deed.FORFEIT): _S.FORFEITED,
    (_S.SHIPPED, Deed.DELIVER): _S.DELIVERED,
    (_S.FORFEITED, Deed.RETURN): _S.RETURNED,
    (_S.FORFEITED, Deed.REDRAW): _S.FORFEITED,  # the successor has a prize of their own
}

TRANSITIONS: Final[Mapping[FulfillmentType, Mapping[tuple[FulfillmentStatus, Deed], FulfillmentStatus]]] = (
    MappingProxyType(
        {
            FulfillmentType.PHYSICAL: {
                **_COMMON,
                (_S.WINNER_NOTIFIED, Deed.CONFIRM_ADDRESS): _S.ADDRESS_CONFIRMED,
                (_S.ADDRESS_INVALID, Deed.CONFIRM_ADDRESS): _S.ADDRESS_CONFIRMED,
                (_S.ADDRESS_CONFIRMED, Deed.INVALIDATE_ADDRESS): _S.ADDRESS_INVALID,
                (_S.SHIPPED, Deed.INVALIDATE_ADDRESS): _S.ADDRESS_INVALID,  # the parcel came back
                (_S.ADDRESS_INVALID, Deed.NOTIFY): _S.WINNER_NOTIFIED,
                (_S.ADDRESS_CONFIRMED, Deed.SHIP): _S.SHIPPED,
                (_S.ADDRESS_CONFIRMED, Deed.FORFEIT): _S.FORFEITED,
                (_S.ADDRESS_INVALID, Deed.FORFEIT): _S.FORFEITED,
            },
            FulfillmentType.DIGITAL: {
                **_COMMON,
                (_S.WINNER_NOTIFIED, Deed.SHIP): _S.SHIPPED,
                (_S.WINNER_NOTIFIED, Deed.DELIVER): _S.DELIVERED,  # nothing is under way in between
            },
        }
    )
)
"""What a deed makes of each state. Nothing else ever happens."""

WAITING: Final = frozenset({_S.WINNER_NOTIFIED, _S.ADDRESS_INVALID})
"""States in which a physical prize waits for its winner's address."""

UNSHIPPED: Final = frozenset({_S.PENDING, _S.WINNER_NOTIFIED, _S.ADDRESS_CONFIRMED, _S.ADDRESS_INVALID})
"""States in which nothing is under way yet."""

OVER: Final = frozenset({_S.DELIVERED, _S.FORFEITED, _S.RETURNED})
"""States in which nothing more is sent to the winner."""

LIVE: Final = frozenset(_S) - {_S.FORFEITED, _S.RETURNED}
"""States in which the prize is its winner's."""


def next_status(fulfilment: Fulfillment, deed: Deed) -> FulfillmentStatus:
    """What `deed` makes of the prize; raises `InvalidTransition`."""
    to = TRANSITIONS[fulfilment.fulfillment_type].get((fulfilment.status, deed))
    if to is None:
        kind = fulfilment.fulfillment_type
        raise InvalidTransition(f"A {kind} prize that is {fulfilment.status} does not allow: {deed}.")
    return to


def advance(fulfilment: Fulfillment, deed: Deed, now: datetime, **details: Any) -> Fulfillment:
    """The prize after `deed`, with what the clock is to do next. Raises `InvalidTransition`."""
    to = next_status(fulfilment, deed)
    moved = replace(fulfilment, status=to, steps=fulfilment.steps + 1, updated_at=now, **details)
    if not (moved.needs_address and to in WAITING):
        return replace(moved, next_due_at=None, address_due_at=None)
    return moved if fulfilment.status in WAITING else _waiting(moved, now)


def _waiting(fulfilment: Fulfillment, now: datetime) -> Fulfillment:
    """The winner is asked for an address from now on."""
    due = max(fulfilment.created_at + CLAIM_WITHIN, now + ANSWER_WITHIN)
    warn = due - WARNED_BEFORE
    is_to_be_warned = fulfilment.warned_at is None and warn > now
    return replace(fulfilment, address_due_at=due, next_due_at=warn if is_to_be_warned else due)


def forfeit(fulfilment: Fulfillment, reason: ForfeitReason, now: datetime) -> Fulfillment:
    """The prize, lost to its winner."""
    return advance(fulfilment, Deed.FORFEIT, now, forfeit_reason=reason, forfeited_at=now)


class TimedDeed(Enum):
    """What the clock does."""

    WARN = "warn"
    FORFEIT = "forfeit"


def due_deed(fulfilment: Fulfillment, now: datetime) -> TimedDeed | None:
    """What is due by `now`. After a long silence of the clock that is the forfeiture alone."""
    if fulfilment.next_due_at is None or now < fulfilment.next_due_at:
        return None
    assert fulfilment.address_due_at is not None, "only who is waited for has timers"
    return TimedDeed.FORFEIT if now >= fulfilment.address_due_at else TimedDeed.WARN


def warned(fulfilment: Fulfillment, now: datetime) -> Fulfillment:
    """The prize after its winner was warned; the state stays."""
    return replace(fulfilment, warned_at=now, next_due_at=fulfilment.address_due_at, updated_at=now)


def check_may_ship(status: AccountStatus, *, under_review: bool) -> None:
    """Raise `PrizeOnHold` unless the winner may be sent something (SPEC 3: prizes under review wait)."""
    if under_review:
        raise PrizeOnHold("The winner is under review; clear the review first.")
    if status is not AccountStatus.ACTIVE:
        raise PrizeOnHold(f"The winner's account is {status}.")
