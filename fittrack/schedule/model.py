"""What a template is: everything that the drawings made from it have in common."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from fittrack.drawings.model import DrawingType, Eligibility, FulfillmentType
from fittrack.kit.ids import SponsorId, TemplateId


class TemplatePrize(Struct, frozen=True, kw_only=True):
    """One kind of prize; each drawing gets its own. Kept as JSON with its template."""

    rank: int
    name: str
    value_usd: Decimal
    quantity: int
    fulfillment_type: FulfillmentType
    description: str | None = None
    sponsor_id: SponsorId | None = None
    image_url: str | None = None


class Template(Struct, frozen=True, kw_only=True):
    """A template as it is stored."""

    template_id: TemplateId
    drawing_type: DrawingType
    name: str
    """A pattern (see `patterns`), as the description is."""
    ticket_cost_points: int
    sales_open_hours: int
    """How long before their close sales open, by the platform's clocks."""
    lead_days: int
    """How many days before its day a drawing is made."""
    free_tickets_per_person: int
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    eligibility: Eligibility = Eligibility()
    auto_execute: bool = True
    prizes: tuple[TemplatePrize, ...] = ()
    active: bool = True
    """A paused template makes no drawings."""
    edition: int = 1
    """1, 2, 3 … with every change."""
