"""Templates as admins see them."""

from collections.abc import Collection
from datetime import date, datetime
from itertools import islice
from typing import Final

from msgspec import structs

from fittrack.kit.calendar import PlatformCalendar
from fittrack.schedule.model import Template
from fittrack.schedule.rules import coming_days, drawing_of, instants
from fittrack.schedule.schemas import ComingDrawing, DrawingTemplate, DrawingTemplateDetail, ListedTemplate
from fittrack.server.etags import etag_of
from protocol import shapes
from protocol.shapes import instant

COMING_SHOWN_MAX: Final = 10
"""Drawings that are coming, shown with a template; a daily one may be made for a year ahead."""

NEXT_LISTED_MAX: Final = 3
"""Days in a line of the list."""


def template_tag(template: Template) -> str:
    """The `ETag` of a template."""
    return etag_of(template.edition)


def template_shape(template: Template) -> DrawingTemplate:
    return DrawingTemplate(
        template_id=template.template_id,
        drawing_type=template.drawing_type,
        name=template.name,
        description=template.description or "",
        ticket_cost_points=template.ticket_cost_points,
        eligibility=shapes.Eligibility(
            user_type=template.eligibility.user_type.value,
            min_account_age_days=template.eligibility.min_account_age_days,
        ),
        auto_execute=template.auto_execute,
        free_tickets_per_person=template.free_tickets_per_person,
        sales_open_hours=template.sales_open_hours,
        lead_days=template.lead_days,
        prizes=list(template.prizes),
        active=template.active,
        edition=template.edition,
        created_at=instant(template.created_at),
        updated_at=instant(template.updated_at),
    )


def listed(template: Template, now: datetime, calendar: PlatformCalendar) -> ListedTemplate:
    """The template among others, with the days that it makes next."""
    days = islice(coming_days(template, now, calendar), NEXT_LISTED_MAX if template.active else 0)
    return ListedTemplate(
        **structs.asdict(template_shape(template)), next_days=[day.isoformat() for day in days]
    )


def template_detail(
    template: Template, made: Collection[date], now: datetime, calendar: PlatformCalendar
) -> DrawingTemplateDetail:
    """The template and what is coming; a paused one makes no more."""
    days = [
        day
        for day in islice(coming_days(template, now, calendar), COMING_SHOWN_MAX)
        if template.active or day in made
    ]
    return DrawingTemplateDetail(
        **structs.asdict(template_shape(template)),
        coming=[_coming(template, day, day in made, calendar) for day in days],
    )


def _coming(template: Template, day: date, made: bool, calendar: PlatformCalendar) -> ComingDrawing:
    at = instants(template, day, calendar)
    return ComingDrawing(
        day=day.isoformat(),
        drawing_id=drawing_of(template.template_id, day),
        made=made,
        sales_open=instant(at.sales_open),
        ticket_sales_close=instant(at.ticket_sales_close),
        drawing_time=instant(at.drawing_time),
    )
