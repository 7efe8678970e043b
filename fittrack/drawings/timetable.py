"""When drawings take place and when the clock acts upon one (SPEC 5). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from fittrack.drawings.model import Drawing, DrawingStatus, DrawingType
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.problems import FieldError, Validation

DEFAULT_TICKET_COST_POINTS = {
    DrawingType.DAILY: 100,
    DrawingType.WEEKLY: 500,
    DrawingType.MONTHLY: 2_000,
    DrawingType.ANNUAL: 10_000,
}
"""Points a ticket costs unless an admin says otherwise (SPEC 5)."""

DRAWING_HOUR = time(21, 0)
"""Drawings take place at this hour of the platform's time zone."""

SALES_CLOSE_BEFORE_DRAW = timedelta(minutes=5)
"""Sales close this long before the drawing time; a beacon's round needs at least one minute of it."""

MAX_PRIZE_SLOTS = 10_000
"""Winners of one drawing: they are chosen, written and notified in one transaction."""

_SUNDAY = 7
_DECEMBER = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawingInstants:
    """When sales end and when the drawing takes place."""

    ticket_sales_close: datetime
    drawing_time: datetime


def is_drawing_day(drawing_type: DrawingType, day: date) -> bool:
    """Whether drawings of this type take place on `day`, one of the platform's days."""
    match drawing_type:
        case DrawingType.DAILY:
            return True
        case DrawingType.WEEKLY:
            return day.isoweekday() == _SUNDAY
        case DrawingType.MONTHLY:
            return (day + timedelta(days=1)).day == 1
        case DrawingType.ANNUAL:
            return (day.month, day.day) == (_DECEMBER, 31)


def drawing_days(drawing_type: DrawingType, first: date) -> Iterator[date]:
    """The days of drawings of this type from `first` on, without end."""
    day = first
    while True:
        if is_drawing_day(drawing_type, day):
            yield day
        day += timedelta(days=1)


def default_instants(day: date, calendar: PlatformCalendar) -> DrawingInstants:
    """Close and draw of a drawing on `day`."""
    draw = calendar.at(day, DRAWING_HOUR)
    return DrawingInstants(ticket_sales_close=draw - SALES_CLOSE_BEFORE_DRAW, drawing_time=draw)


def next_instants(drawing_type: DrawingType, now: datetime, calendar: PlatformCalendar) -> DrawingInstants:
    """Close and draw of the next drawing of this type whose sales have not closed at `now`."""
    coming = (default_instants(day, calendar) for day in drawing_days(drawing_type, calendar.day_of(now)))
    return next(instants for instants in coming if instants.ticket_sales_close > now)


def check_schedulable(drawing: Drawing, now: datetime) -> None:
    """Raise `Validation`, with a pointer for each, for what keeps a drawing from being scheduled."""
    errors = [*_prize_errors(drawing), *_instant_errors(drawing, now)]
    if drawing.ticket_cost_points < 1:
        errors.append(FieldError("/ticket_cost_points", "at least 1"))
    if drawing.eligibility.min_account_age_days < 0:
        errors.append(FieldError("/eligibility/min_account_age_days", "not below 0"))
    if errors:
        raise Validation("The drawing cannot be scheduled like this.", errors=errors)


def _prize_errors(drawing: Drawing) -> Iterator[FieldError]:
    if not drawing.prizes:
        yield FieldError("/prizes", "at least one prize")
    for index, prize in enumerate(drawing.prizes):
        if prize.quantity < 1:
            yield FieldError(f"/prizes/{index}/quantity", "at least 1")
        if prize.rank < 1:
            yield FieldError(f"/prizes/{index}/rank", "at least 1")
    if sum(prize.quantity for prize in drawing.prizes) > MAX_PRIZE_SLOTS:
        yield FieldError("/prizes", f"at most {MAX_PRIZE_SLOTS:,} prizes in all")


def _instant_errors(drawing: Drawing, now: datetime) -> Iterator[FieldError]:
    if drawing.sales_open is not None and drawing.sales_open <= now:
        yield FieldError("/sales_open", "in the future, or none to open by hand")
    if drawing.ticket_sales_close <= now:
        yield FieldError("/ticket_sales_close", "in the future")
    if drawing.sales_open is not None and drawing.sales_open >= drawing.ticket_sales_close:
        yield FieldError("/sales_open", "before ticket_sales_close")
    if drawing.ticket_sales_close >= drawing.drawing_time:
        yield FieldError("/drawing_time", "after ticket_sales_close")


class TimedAction(StrEnum):
    """What the clock does to a drawing."""

    OPEN = "open"
    CLOSE = "close"
    CANCEL = "cancel"
    EXECUTE = "execute"


def next_due_at(drawing: Drawing) -> datetime | None:
    """When the clock next acts upon the drawing; `None`: not before somebody else does."""
    match drawing.status:
        case DrawingStatus.SCHEDULED:
            return min(drawing.sales_open or drawing.ticket_sales_close, drawing.ticket_sales_close)
        case DrawingStatus.OPEN:
            return drawing.ticket_sales_close
        case DrawingStatus.CLOSED if drawing.auto_execute:
            return drawing.drawing_time
        case _:
            return None


def due_action(drawing: Drawing, now: datetime) -> TimedAction | None:
    """What the clock must do at `now`. After doing it, ask again: a late clock has more to do."""
    due_at = next_due_at(drawing)
    if due_at is None or now < due_at:
        return None
    match drawing.status:
        case DrawingStatus.SCHEDULED if now < drawing.ticket_sales_close:
            return TimedAction.OPEN
        case DrawingStatus.SCHEDULED:
            return TimedAction.CANCEL  # never opened: nobody can hold a ticket
        case DrawingStatus.OPEN:
            return TimedAction.CLOSE
        case _:
            return TimedAction.EXECUTE
