"""The life of a drawing: what may follow what, who may buy, when it may be drawn (SPEC 5).

Pure: the present instant is an argument. The rules of eligibility are in `eligibility`, the instants
at which the clock acts in `timetable`, the cadence of the countdown in `countdown`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from fittrack.drawings.model import Drawing, DrawingStatus, Prize
from fittrack.kit.calendar import rfc3339
from fittrack.kit.problems import FieldError, NotFound, Problem, Validation
from protocol.limits import TICKETS_PER_PURCHASE_MAX

ALLOWED_TRANSITIONS: Mapping[DrawingStatus, frozenset[DrawingStatus]] = MappingProxyType(
    {
        DrawingStatus.DRAFT: frozenset({DrawingStatus.SCHEDULED, DrawingStatus.CANCELLED}),
        DrawingStatus.SCHEDULED: frozenset({DrawingStatus.OPEN, DrawingStatus.CANCELLED}),
        DrawingStatus.OPEN: frozenset({DrawingStatus.CLOSED, DrawingStatus.CANCELLED}),
        DrawingStatus.CLOSED: frozenset({DrawingStatus.COMPLETED, DrawingStatus.CANCELLED}),
        DrawingStatus.COMPLETED: frozenset(),
        DrawingStatus.CANCELLED: frozenset(),
    }
)
"""What may follow each state; nothing else ever does."""

STATES_WITH_TICKETS = frozenset({DrawingStatus.OPEN, DrawingStatus.CLOSED})
"""Cancelled from here, every bought ticket is refunded, exactly once."""

COSMETIC_FIELDS = frozenset({"description", "image_url"})
"""What an edit may still change once tickets are sold: no outcome depends on it."""


class InvalidTransition(Problem):
    code, status, title = "invalid-transition", 409, "It cannot go there from its present state"


class SalesClosed(Problem):
    code, status, title = "sales-closed", 409, "No tickets are sold now"


class InsufficientPoints(Problem):
    code, status, title = "insufficient-points", 409, "Not enough points"


class TooEarly(Problem):
    code, status, title = "too-early", 409, "The drawing time has not come"


class NotCompleted(Problem):
    code, status, title = "not-completed", 409, "The drawing has no results yet"


class NotEditable(Problem):
    code, status, title = "not-editable", 409, "This can no longer be changed"


class EditEffect(Enum):
    """What an edit entails for what was promised."""

    NOTHING = "nothing"
    NEW_COMMITMENT = "new-commitment"


def check_transition(current: DrawingStatus, to: DrawingStatus) -> None:
    """Raise `InvalidTransition` unless `to` may follow `current`."""
    if to not in ALLOWED_TRANSITIONS[current]:
        raise InvalidTransition(f"A drawing that is {current} cannot become {to}.")


def check_opening(drawing: Drawing, now: datetime) -> None:
    """Sales open by the clock or by hand, before their close."""
    check_transition(drawing.status, DrawingStatus.OPEN)
    if now >= drawing.ticket_sales_close:
        raise InvalidTransition(f"Its sales were to close at {rfc3339(drawing.ticket_sales_close)}.")


def check_closing(drawing: Drawing) -> None:
    """Sales close at their instant, or before it by hand; the record of the draw says when."""
    check_transition(drawing.status, DrawingStatus.CLOSED)


def check_cancellation(drawing: Drawing, now: datetime) -> None:
    """Nobody may call off, once its time has come, a drawing that holds tickets."""
    check_transition(drawing.status, DrawingStatus.CANCELLED)
    if drawing.status in STATES_WITH_TICKETS and now >= drawing.drawing_time:
        raise InvalidTransition(f"Its drawing time was {rfc3339(drawing.drawing_time)}; it must be drawn.")


def check_execution(drawing: Drawing, now: datetime) -> None:
    """A drawing is drawn when closed, at or after the drawing time, never before."""
    on_its_way = DrawingStatus.SCHEDULED, DrawingStatus.OPEN, DrawingStatus.CLOSED
    if drawing.status in on_its_way and now < drawing.drawing_time:
        raise TooEarly(f"It is drawn at {rfc3339(drawing.drawing_time)}.")
    check_transition(drawing.status, DrawingStatus.COMPLETED)


def check_completed(drawing: Drawing) -> None:
    """Results exist only for a completed drawing."""
    if drawing.status is not DrawingStatus.COMPLETED:
        raise NotCompleted(f"The drawing is {drawing.status}.")


def edit_effect(current: DrawingStatus, changed: Collection[str]) -> EditEffect:
    """What changing the fields named `changed` entails; raises `NotEditable` where it may not be.

    Prizes count by the name of their changed field too. Drafts change freely; a scheduled drawing by
    a new commitment; from the opening on only description and image (SPEC 5, FAIRNESS 1).
    """
    binding = sorted(set(changed) - COSMETIC_FIELDS)
    if current is DrawingStatus.DRAFT or not binding:
        return EditEffect.NOTHING
    if current is DrawingStatus.SCHEDULED:
        return EditEffect.NEW_COMMITMENT
    raise NotEditable(
        f"The drawing is {current}: only description and image can change.",
        errors=[FieldError(f"/{name}", "fixed since the sales opened") for name in binding],
    )


def price_tickets(drawing: Drawing, quantity: int, now: datetime) -> int:
    """The points that `quantity` tickets cost at `now`.

    Raises `Validation` for a quantity outside 1..`TICKETS_PER_PURCHASE_MAX`, `SalesClosed` unless
    the drawing is open and its close lies ahead.
    """
    check_sales(drawing, now)
    if not 1 <= quantity <= TICKETS_PER_PURCHASE_MAX:
        detail = f"from 1 to {TICKETS_PER_PURCHASE_MAX:,}"
        raise Validation(errors=[FieldError("/quantity", detail)])
    return drawing.ticket_cost_points * quantity


def check_sales(drawing: Drawing, now: datetime) -> None:
    """Raise `SalesClosed` unless tickets of `drawing` are sold at `now`; of a draft nobody knows."""
    if drawing.status is DrawingStatus.DRAFT:
        raise NotFound("There is no such drawing.")
    if now >= drawing.ticket_sales_close:
        raise SalesClosed(f"Sales closed at {rfc3339(drawing.ticket_sales_close)}.")
    if drawing.status is not DrawingStatus.OPEN:
        raise SalesClosed(f"The drawing is {drawing.status}.")


def check_affordable(balance: int, price: int) -> None:
    """Raise `InsufficientPoints` when `balance` does not cover `price` (both in points)."""
    if price > balance:
        raise InsufficientPoints(f"The tickets cost {price:,} points, the balance is {balance:,}.")


def odds(my_tickets: int, total_tickets: int) -> float | None:
    """The chance, 0 to 1, that the first ticket drawn is one's own; `None` while there are no tickets."""
    return my_tickets / total_tickets if total_tickets else None


def prizes_in_order(prizes: Collection[Prize]) -> tuple[Prize, ...]:
    """Prizes as their slots are filled: by rank; equal ranks by id, which follows their making."""
    return tuple(sorted(prizes, key=lambda prize: (prize.rank, prize.prize_id.bytes)))


def prize_slots(prizes: Collection[Prize]) -> tuple[Prize, ...]:
    """The prize of each slot: the n-th holder drawn gets the n-th (FAIRNESS 4)."""
    return tuple(prize for prize in prizes_in_order(prizes) for _ in range(prize.quantity))
