"""Templates as REST takes and gives them (SPEC 10)."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from fittrack.drawings.model import DEFAULT_FREE_TICKETS_PER_PERSON, DrawingType
from fittrack.drawings.schemas import Description, Eligibility, FreeTickets, Name, PrizeFields, TicketCost
from fittrack.schedule.model import TemplatePrize
from fittrack.schedule.rules import LEAD_DAYS_MAX, SALES_OPEN_HOURS_MAX
from fittrack.server.schemas import Answer, Input, PageQuery
from protocol import shapes
from protocol.shapes import Instant

TEMPLATE_PRIZES_MAX = 50  # kinds of prizes; a drawing made from it is one transaction

Prizes = Annotated[tuple[PrizeFields, ...], Meta(max_length=TEMPLATE_PRIZES_MAX)]
SalesOpenHours = Annotated[
    int,
    Meta(
        ge=1,
        le=SALES_OPEN_HOURS_MAX,
        description="How long before their close sales open, by the platform's clocks",
    ),
]
LeadDays = Annotated[
    int, Meta(ge=1, le=LEAD_DAYS_MAX, description="How many days before its day a drawing is made")
]


class TemplatesQuery(PageQuery, frozen=True, kw_only=True):
    """Parameters of `GET drawing-templates`."""

    type: DrawingType | None = None
    active: bool | None = None


class NewTemplate(Input, frozen=True, kw_only=True):
    """`POST drawing-templates`. Costs and times that are left out are those of the type (SPEC 5).

    `name` and `description` may hold `{weekday}`, `{month}`, `{day}`, `{year}` and `{date}`.
    """

    drawing_type: DrawingType
    name: Name
    description: Description | None = None
    ticket_cost_points: TicketCost | None = None
    eligibility: Eligibility = Eligibility()
    auto_execute: bool = True
    free_tickets_per_person: FreeTickets = DEFAULT_FREE_TICKETS_PER_PERSON
    sales_open_hours: SalesOpenHours | None = None
    lead_days: LeadDays | None = None
    prizes: Prizes = ()
    active: bool = True


class TemplatePatch(Input, frozen=True, kw_only=True):
    """`PATCH drawing-templates/{id}`: what is left out stays. Drawings that were made stay as they are."""

    name: Name | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    ticket_cost_points: TicketCost | UnsetType = UNSET
    eligibility: Eligibility | UnsetType = UNSET
    auto_execute: bool | UnsetType = UNSET
    free_tickets_per_person: FreeTickets | UnsetType = UNSET
    sales_open_hours: SalesOpenHours | UnsetType = UNSET
    lead_days: LeadDays | UnsetType = UNSET
    prizes: Prizes | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class DrawingTemplate(Answer, frozen=True, kw_only=True):
    """A template."""

    template_id: UUID
    drawing_type: DrawingType
    name: str
    description: str
    ticket_cost_points: int
    eligibility: shapes.Eligibility
    auto_execute: bool
    free_tickets_per_person: int
    sales_open_hours: int
    lead_days: int
    prizes: list[TemplatePrize]
    active: bool
    edition: int
    created_at: Instant
    updated_at: Instant


class ListedTemplate(DrawingTemplate, frozen=True, kw_only=True):
    """One line of `GET drawing-templates`."""

    next_days: list[str]
    """The platform's days, ISO, of its next drawings; a paused one has none."""


class ComingDrawing(Answer, frozen=True, kw_only=True):
    """A drawing that the template made, or is about to make."""

    day: str
    """The platform's day, ISO."""
    drawing_id: UUID
    made: bool
    sales_open: Instant
    ticket_sales_close: Instant
    drawing_time: Instant


class DrawingTemplateDetail(DrawingTemplate, frozen=True, kw_only=True):
    """One template, with the drawings that are coming (as planned; a drawing may have been edited since)."""

    coming: list[ComingDrawing]
