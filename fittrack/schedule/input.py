"""From what an admin types to the template that is meant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fittrack.drawings.admin_input import eligibility, money
from fittrack.drawings.schemas import Eligibility, PrizeFields
from fittrack.drawings.timetable import DEFAULT_TICKET_COST_POINTS
from fittrack.kit.ids import SponsorId, TemplateId
from fittrack.kit.patches import given
from fittrack.schedule.model import Template, TemplatePrize
from fittrack.schedule.rules import DEFAULT_LEAD_DAYS, DEFAULT_SALES_OPEN_HOURS
from fittrack.schedule.schemas import NewTemplate, TemplatePatch


def new_template(template_id: TemplateId, body: NewTemplate, now: datetime) -> Template:
    """The template that is meant. What is left out is that of its type (SPEC 5). Raises `Validation`."""
    kind = body.drawing_type
    return Template(
        template_id=template_id,
        drawing_type=kind,
        name=body.name,
        description=body.description or None,
        ticket_cost_points=body.ticket_cost_points or DEFAULT_TICKET_COST_POINTS[kind],
        eligibility=eligibility(body.eligibility),
        auto_execute=body.auto_execute,
        free_tickets_per_person=body.free_tickets_per_person,
        sales_open_hours=body.sales_open_hours or DEFAULT_SALES_OPEN_HOURS[kind],
        lead_days=body.lead_days or DEFAULT_LEAD_DAYS[kind],
        prizes=_prizes(body.prizes),
        active=body.active,
        created_at=now,
        updated_at=now,
    )


def template_changes(body: TemplatePatch) -> dict[str, Any]:
    """The fields that are given, in the domain's types. Raises `Validation`."""
    changes = given(body)
    if isinstance(changes.get("eligibility"), Eligibility):
        changes["eligibility"] = eligibility(changes["eligibility"])
    if "prizes" in changes:
        changes["prizes"] = _prizes(changes["prizes"])
    if "description" in changes:
        changes["description"] = changes["description"] or None
    return changes


def _prizes(typed: Sequence[PrizeFields]) -> tuple[TemplatePrize, ...]:
    return tuple(
        TemplatePrize(
            rank=prize.rank,
            name=prize.name,
            value_usd=money(prize.value_usd, f"/prizes/{index}/value_usd"),
            quantity=prize.quantity,
            fulfillment_type=prize.fulfillment_type,
            description=prize.description or None,
            sponsor_id=None if prize.sponsor_id is None else SponsorId(prize.sponsor_id),
            image_url=prize.image_url,
        )
        for index, prize in enumerate(typed)
    )
