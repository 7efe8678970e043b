"""Templates for tests."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fittrack.drawings.model import DrawingType, FulfillmentType
from fittrack.drawings.timetable import DEFAULT_TICKET_COST_POINTS
from fittrack.kit.ids import TemplateId, uuid7
from fittrack.schedule.model import Template, TemplatePrize
from fittrack.schedule.rules import DEFAULT_LEAD_DAYS, DEFAULT_SALES_OPEN_HOURS

CARD = TemplatePrize(
    rank=1,
    name="$10 coffee card",
    value_usd=Decimal("10.00"),
    quantity=2,
    fulfillment_type=FulfillmentType.DIGITAL,
)
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def a_template(kind: DrawingType = DrawingType.DAILY, **changes: Any) -> Template:
    """An ordinary template of this type."""
    usual: dict[str, Any] = {
        "template_id": TemplateId(uuid7()),
        "drawing_type": kind,
        "name": "Draw of {month} {day}",
        "ticket_cost_points": DEFAULT_TICKET_COST_POINTS[kind],
        "sales_open_hours": DEFAULT_SALES_OPEN_HOURS[kind],
        "lead_days": DEFAULT_LEAD_DAYS[kind],
        "free_tickets_per_person": 10,
        "prizes": (CARD,),
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
    }
    return Template(**(usual | changes))


def typed(**changes: Any) -> dict[str, Any]:
    """What an admin types for one."""
    return {
        "drawing_type": "daily",
        "name": "Draw of {month} {day}",
        "prizes": [{"rank": 1, "name": "$10 coffee card", "value_usd": "10.00", "quantity": 2}],
    } | changes
