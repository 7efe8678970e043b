"""The demo world's drawings: announced, called off, closed and drawn as an admin and the clock would."""

import os
from dataclasses import replace
from typing import Final
from uuid import uuid5

from fittrack.app import Node
from fittrack.demo.program import Fate, Plan
from fittrack.demo.sponsors import BRANDS, Brand, Gift
from fittrack.demo.templates import templates
from fittrack.drawings import queries
from fittrack.drawings.commands import (
    AddPrize,
    CancelDrawing,
    CreateDrawing,
    OpenDrawing,
    ScheduleDrawing,
    TendDrawing,
)
from fittrack.drawings.model import Drawing, Eligibility, Prize
from fittrack.jobs.timers import DRAWINGS_PER_SWEEP
from fittrack.kit.clock import whole_milliseconds
from fittrack.kit.ids import DrawingId, PrizeId, SponsorId, uuid7
from fittrack.kit.intention import Command, Intention
from fittrack.kit.origin import SYSTEM
from fittrack.kit.seal_contexts import webhook_secret
from fittrack.schedule.messages import SCHEDULE, SCHEDULE_ID, CreateTemplate, KeepSchedule
from fittrack.server.asking import ADMIN_TIMEOUT_S, DRAWING
from fittrack.server.once import Once
from fittrack.sponsors.changing import create
from fittrack.webhooks.changing import create as make_endpoint
from fittrack.webhooks.events import EventType
from fittrack.webhooks.model import new_endpoint
from fittrack.webhooks.rules import DisabledReason
from fittrack.webhooks.signing import SECRET_BYTES

PARTNER_URL: Final = "https://hooks.tamarack-trail-goods.example/fittrack"


class DrawingHouse:
    """Runs the drawings of the program."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._sponsors: dict[Brand, SponsorId] = {}
        self._opened: dict[Plan, DrawingId] = {}

    async def welcome_sponsors(self) -> None:
        """Make the sponsors."""
        for brand in BRANDS:
            sponsor_id = self._sponsors[brand] = SponsorId(uuid7())
            fields = {
                "name": brand.name,
                "contact_name": brand.contact_name,
                "contact_email": brand.contact_email,
                "website_url": f"https://{brand.website}",
            }
            await self._node.journal.transact(create, sponsor_id, fields, SYSTEM, self._node.clock.now())

    async def welcome_partner(self) -> None:
        """Make a webhook endpoint of a company that is not there: it rests, until somebody has a receiver."""
        now, endpoint_id = whole_milliseconds(self._node.clock.now()), uuid7()
        secret = self._node.sealer.seal(os.urandom(SECRET_BYTES), webhook_secret(endpoint_id))
        types = (EventType.DRAWING_COMPLETED, EventType.FULFILLMENT_CREATED, EventType.FULFILLMENT_UPDATED)
        made = new_endpoint(endpoint_id, PARTNER_URL, types, secret, now, description="Sends the prizes")
        resting = replace(made, active=False, disabled_reason=DisabledReason.BY_ADMIN, disabled_at=now)
        await self._node.journal.transact(make_endpoint, resting, SYSTEM)

    async def keep_templates(self) -> None:
        """Set up what makes drawings by itself: one template at work, one that rests."""
        schedule, now = self._node.registry.ref(SCHEDULE, SCHEDULE_ID), self._node.clock.now()
        for template in templates(now, self._sponsors):
            once = Once(scope_id=template.template_id, key=None, request_hash=b"", now=now)
            await schedule.ask(CreateTemplate(template, once, SYSTEM))
        await schedule.ask(KeepSchedule())

    async def announce(self, plan: Plan) -> None:
        """Draft the drawing; schedule it and open it, as far as the plan goes."""
        drawing_id = DrawingId(uuid7())
        await self._ask(drawing_id, CreateDrawing(draft_of(drawing_id, plan)))
        for rank, (gift, quantity) in enumerate(plan.gifts, 1):
            await self._ask(drawing_id, AddPrize(self._prize(drawing_id, rank, gift, quantity)))
        if plan.fate is not Fate.DRAFTED:
            await self._ask(drawing_id, ScheduleDrawing())
        if plan.fate in {Fate.SOLD, Fate.CALLED_OFF}:
            await self._ask(drawing_id, OpenDrawing())
            self._opened[plan] = drawing_id

    async def call_off(self, plan: Plan) -> None:
        """Cancel the drawing, and give all points back."""
        await self._ask(self._opened.pop(plan), CancelDrawing("The sponsor cannot deliver."))
        await self._node.jobs.apply_effects()

    async def tend(self) -> None:
        """Do what the clock demands by now: close, draw, tell the winners."""
        due = await self._node.reads.run(queries.due, self._node.clock.now(), DRAWINGS_PER_SWEEP)
        for drawing_id in due:
            ref = self._node.registry.ref(DRAWING, drawing_id)
            await ref.ask(TendDrawing(), timeout_s=ADMIN_TIMEOUT_S)
        await self._node.jobs.apply_effects()

    def on_sale(self) -> list[tuple[DrawingId, Plan]]:
        """Drawings whose tickets are sold now."""
        now = self._node.clock.now()
        return [
            (drawing_id, plan)
            for plan, drawing_id in self._opened.items()
            if now < plan.instants.ticket_sales_close
        ]

    def _prize(self, drawing_id: DrawingId, rank: int, gift: Gift, quantity: int) -> Prize:
        return Prize(
            prize_id=PrizeId(uuid5(drawing_id, f"prize/{rank}")),
            rank=rank,
            name=gift.name,
            description=gift.description,
            value_usd=gift.value_usd,
            quantity=quantity,
            fulfillment_type=gift.fulfillment_type,
            sponsor_id=self._sponsors[gift.brand],
            sponsor=gift.brand.name,
        )

    async def _ask(self, drawing_id: DrawingId, command: Command) -> None:
        await self._node.registry.ref(DRAWING, drawing_id).ask(Intention(command), timeout_s=ADMIN_TIMEOUT_S)


def draft_of(drawing_id: DrawingId, plan: Plan) -> Drawing:
    """The plan as a draft, which has no prizes yet."""
    return Drawing(
        drawing_id=drawing_id,
        drawing_type=plan.drawing_type,
        name=plan.name,
        description=plan.description,
        ticket_cost_points=plan.ticket_cost_points,
        sales_open=plan.sales_open,
        ticket_sales_close=plan.instants.ticket_sales_close,
        drawing_time=plan.instants.drawing_time,
        eligibility=Eligibility(user_type=plan.user_type),
        auto_execute=plan.auto_execute,
    )
