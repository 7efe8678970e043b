"""The templates of the demo world. Pure."""

from collections.abc import Mapping
from datetime import datetime

from fittrack.demo import sponsors
from fittrack.demo.sponsors import Brand, Gift
from fittrack.drawings.model import DrawingType, Eligibility, UserType
from fittrack.kit.ids import SponsorId, TemplateId, uuid7
from fittrack.schedule.model import Template, TemplatePrize


def templates(now: datetime, known: Mapping[Brand, SponsorId]) -> list[Template]:
    """One that makes a drawing each evening, and one that rests."""
    return [
        Template(
            template_id=TemplateId(uuid7()),
            drawing_type=DrawingType.DAILY,
            name="Premium Nightcap, {month} {day}",
            description="Every {weekday} ends well. For premium players.",
            ticket_cost_points=50,
            eligibility=Eligibility(user_type=UserType.PREMIUM),
            sales_open_hours=24,
            lead_days=2,
            free_tickets_per_person=5,
            prizes=(_prize(1, sponsors.COFFEE, 3, known),),
            created_at=now,
            updated_at=now,
        ),
        Template(
            template_id=TemplateId(uuid7()),
            drawing_type=DrawingType.MONTHLY,
            name="{month} Giveaway",
            ticket_cost_points=1_000,
            sales_open_hours=14 * 24,
            lead_days=21,
            free_tickets_per_person=5,
            prizes=(_prize(1, sponsors.TENT, 1, known), _prize(2, sponsors.BOTTLE, 10, known)),
            active=False,
            created_at=now,
            updated_at=now,
        ),
    ]


def _prize(rank: int, gift: Gift, quantity: int, known: Mapping[Brand, SponsorId]) -> TemplatePrize:
    return TemplatePrize(
        rank=rank,
        name=gift.name,
        description=gift.description,
        value_usd=gift.value_usd,
        quantity=quantity,
        fulfillment_type=gift.fulfillment_type,
        sponsor_id=known[gift.brand],
    )
