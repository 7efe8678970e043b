"""From what an admin types to what is meant: defaults by type, whole milliseconds, exact money."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fittrack.drawings import schemas
from fittrack.drawings.commands import DrawingEdit, PrizeEdit
from fittrack.drawings.model import Drawing, Eligibility, Prize
from fittrack.drawings.timetable import DEFAULT_TICKET_COST_POINTS, next_instants
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import whole_milliseconds
from fittrack.kit.ids import DrawingId, PrizeId, SponsorId
from fittrack.kit.patches import given
from fittrack.kit.problems import FieldError, Validation

_CENT = Decimal("0.01")


def new_drawing(
    drawing_id: DrawingId, body: schemas.NewDrawing, now: datetime, calendar: PlatformCalendar
) -> Drawing:
    """The draft that is meant. What is left out is that of the next drawing of its type (SPEC 5)."""
    usual = next_instants(body.drawing_type, now, calendar)
    return Drawing(
        drawing_id=drawing_id,
        drawing_type=body.drawing_type,
        name=body.name,
        description=body.description,
        ticket_cost_points=body.ticket_cost_points or DEFAULT_TICKET_COST_POINTS[body.drawing_type],
        sales_open=_instant(body.sales_open),
        ticket_sales_close=_instant(body.ticket_sales_close) or usual.ticket_sales_close,
        drawing_time=_instant(body.drawing_time) or usual.drawing_time,
        eligibility=eligibility(body.eligibility),
        auto_execute=body.auto_execute,
        free_tickets_per_person=body.free_tickets_per_person,
    )


def drawing_edit(body: schemas.DrawingPatch) -> DrawingEdit:
    """The fields that are given, in the domain's types."""
    return DrawingEdit(**{name: _domain(value) for name, value in given(body).items()})


def new_prize(prize_id: PrizeId, body: schemas.PrizeFields) -> Prize:
    """The prize that is meant; the sponsor's name is looked up by the caller."""
    return Prize(
        prize_id=prize_id,
        rank=body.rank,
        name=body.name,
        value_usd=money(body.value_usd),
        quantity=body.quantity,
        fulfillment_type=body.fulfillment_type,
        description=body.description,
        sponsor_id=None if body.sponsor_id is None else SponsorId(body.sponsor_id),
        image_url=body.image_url,
    )


def prize_edit(body: schemas.PrizePatch) -> PrizeEdit:
    """The fields that are given, in the domain's types."""
    fields = given(body)
    if "value_usd" in fields:
        fields["value_usd"] = money(fields["value_usd"])
    return PrizeEdit(**fields)


def with_sponsor(prize: Prize, sponsor: str | None) -> Prize:
    """The prize with its sponsor's name."""
    return replace(prize, sponsor=sponsor)


def _domain(value: Any) -> Any:
    match value:
        case datetime():
            return _instant(value)
        case schemas.Eligibility():
            return eligibility(value)
        case _:
            return value


def _instant(value: datetime | None) -> datetime | None:
    return None if value is None else whole_milliseconds(value.astimezone(UTC))


def eligibility(value: schemas.Eligibility) -> Eligibility:
    """Whom a drawing admits, in the domain's type."""
    return Eligibility(user_type=value.user_type, min_account_age_days=value.min_account_age_days)


def money(text: str, pointer: str = "/value_usd") -> Decimal:
    """Dollars and whole cents, as the schema has them. Raises `Validation`, at `pointer`."""
    value = Decimal(text)
    if value > schemas.PRIZE_VALUE_USD_MAX:
        detail = f"dollars and cents from 0 to {schemas.PRIZE_VALUE_USD_MAX:,}"
        raise Validation(errors=[FieldError(pointer, detail)])
    return value.quantize(_CENT)
