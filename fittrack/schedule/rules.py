"""Which days of a template are due, and what the drawing of a day is (SPEC 5). Pure.

Everything about a drawing follows from the template and the day, its ids included: making it again makes
the same one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from types import MappingProxyType
from uuid import uuid5

from fittrack.drawings.model import Drawing, DrawingType, Prize
from fittrack.drawings.schemas import DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX
from fittrack.drawings.timetable import MAX_PRIZE_SLOTS, default_instants, drawing_days
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import DrawingId, PrizeId, SponsorId, TemplateId
from fittrack.kit.problems import FieldError
from fittrack.schedule import patterns
from fittrack.schedule.model import Template, TemplatePrize

DEFAULT_SALES_OPEN_HOURS: Mapping[DrawingType, int] = MappingProxyType(
    {
        DrawingType.DAILY: 24,
        DrawingType.WEEKLY: 7 * 24,
        DrawingType.MONTHLY: 28 * 24,
        DrawingType.ANNUAL: 90 * 24,
    }
)
"""Of a daily or weekly drawing sales open as those of the one before close."""

DEFAULT_LEAD_DAYS: Mapping[DrawingType, int] = MappingProxyType(
    {DrawingType.DAILY: 3, DrawingType.WEEKLY: 14, DrawingType.MONTHLY: 35, DrawingType.ANNUAL: 120}
)
"""People see what is coming before its sales open."""

LEAD_DAYS_MAX = 400  # days; the next annual drawing is always within it
SALES_OPEN_HOURS_MAX = LEAD_DAYS_MAX * 24

SALES_LAST_AT_LEAST = timedelta(minutes=10)
"""A day that comes to be known later than this before its close is left out: hardly anybody could enter."""

PUBLISHED_BEFORE_SALES = timedelta(minutes=1)
"""Whoever listens hears of a drawing before its sales open, however late it is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """When sales open and close, and when the drawing takes place."""

    sales_open: datetime
    ticket_sales_close: datetime
    drawing_time: datetime


def faults(template: Template) -> Iterator[FieldError]:
    """What is wrong with a template, as a whole."""
    for name, text, length_max in (
        ("name", template.name, NAME_LENGTH_MAX),
        ("description", template.description or "", DESCRIPTION_LENGTH_MAX),
    ):
        for fault in patterns.faults(text, length_max):
            yield FieldError(f"/{name}", fault)
    if template.lead_days * 24 < template.sales_open_hours:
        yield FieldError("/lead_days", "drawings are made before their sales open")
    if template.active and not template.prizes:
        yield FieldError("/prizes", "at least one prize, unless the template is paused")
    if sum(prize.quantity for prize in template.prizes) > MAX_PRIZE_SLOTS:
        yield FieldError("/prizes", f"at most {MAX_PRIZE_SLOTS:,} prizes in all")


def coming_days(template: Template, now: datetime, calendar: PlatformCalendar) -> Iterator[date]:
    """The days whose drawings should be there at `now`, the next one first."""
    today = calendar.day_of(now)
    last = today + timedelta(days=template.lead_days)
    for day in takewhile(lambda day: day <= last, drawing_days(template.drawing_type, today)):
        if default_instants(day, calendar).ticket_sales_close - now >= SALES_LAST_AT_LEAST:
            yield day


def instants(template: Template, day: date, calendar: PlatformCalendar) -> Instants:
    """When the drawing of `day` opens, closes and takes place. Hours count by the platform's clocks."""
    usual = default_instants(day, calendar)
    close = usual.ticket_sales_close.astimezone(calendar.zone).replace(tzinfo=None)
    opening = close - timedelta(hours=template.sales_open_hours)
    return Instants(
        sales_open=calendar.at(opening.date(), opening.time()),
        ticket_sales_close=usual.ticket_sales_close,
        drawing_time=usual.drawing_time,
    )


def opening(planned: datetime, now: datetime) -> datetime:
    """When sales open of a drawing that is made at `now`."""
    return max(planned, now + PUBLISHED_BEFORE_SALES)


def drawing_of(template_id: TemplateId, day: date) -> DrawingId:
    """The id of the drawing of `day`."""
    return DrawingId(uuid5(template_id, day.isoformat()))


def plan(
    template: Template, day: date, calendar: PlatformCalendar, sponsors: Mapping[SponsorId, str]
) -> Drawing:
    """The drawing of `day`, not scheduled yet. `sponsors` are names; a prize of nobody known has none."""
    drawing_id = drawing_of(template.template_id, day)
    at = instants(template, day, calendar)
    return Drawing(
        drawing_id=drawing_id,
        drawing_type=template.drawing_type,
        name=patterns.fill(template.name, day),
        description=patterns.fill(template.description or "", day) or None,
        ticket_cost_points=template.ticket_cost_points,
        sales_open=at.sales_open,
        ticket_sales_close=at.ticket_sales_close,
        drawing_time=at.drawing_time,
        eligibility=template.eligibility,
        auto_execute=template.auto_execute,
        free_tickets_per_person=template.free_tickets_per_person,
        prizes=tuple(
            _prize(drawing_id, number, prize, sponsors) for number, prize in enumerate(template.prizes, 1)
        ),
    )


def _prize(
    drawing_id: DrawingId, number: int, prize: TemplatePrize, sponsors: Mapping[SponsorId, str]
) -> Prize:
    sponsor_id = prize.sponsor_id
    sponsor = None if sponsor_id is None else sponsors.get(sponsor_id)
    return Prize(
        prize_id=PrizeId(uuid5(drawing_id, f"prize/{number}")),
        rank=prize.rank,
        name=prize.name,
        value_usd=prize.value_usd,
        quantity=prize.quantity,
        fulfillment_type=prize.fulfillment_type,
        description=prize.description,
        sponsor_id=None if sponsor is None else sponsor_id,
        sponsor=sponsor,
        image_url=prize.image_url,
    )
