"""The actor of the schedule: changes templates, and has the drawings made that are due.

It holds nothing in memory. Should two run by accident, each edition of a template is written once, and a
day's drawing is the first unit of the one log that its id names: the second finds it there.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog

from actors.runtime import Actor
from actors.services import Services
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import SponsorId
from fittrack.kit.problems import Problem
from fittrack.schedule import queries, rules, statements
from fittrack.schedule.messages import (
    SCHEDULE,
    SCHEDULE_ID,
    CreateTemplate,
    DeleteTemplate,
    EditTemplate,
    KeepSchedule,
    MakeDrawing,
)
from fittrack.schedule.model import Template
from fittrack.server.asking import DRAWING
from fittrack.server.idempotency import Kept
from fittrack.server.once import run_once

MADE_PER_TURN_MAX = 50
"""Drawings made in one turn: a template that is new may want hundreds, and others wait for their answers."""

log = structlog.get_logger(__name__)


class ScheduleActor(Actor):
    """All templates, one message at a time."""

    __slots__ = ("_services",)

    def __init__(self, _schedule_id: UUID, services: Services) -> None:
        self._services = services

    def receive(self, message: Any) -> object:
        match message:
            case KeepSchedule():
                return self._keep()
            case CreateTemplate():
                return self._create(message)
            case EditTemplate():
                return self._edit(message)
            case DeleteTemplate():
                return self._delete(message)
            case _:
                raise AssertionError(f"the schedule does not understand {message!r}")

    # --- Templates ----------------------------------------------------------------------------------------

    async def _create(self, wish: CreateTemplate) -> Kept:
        kept = await self._services.journal.transact(
            run_once, wish.once, statements.create, wish.template, wish.origin
        )
        self._go_on()
        return kept

    async def _edit(self, wish: EditTemplate) -> Template:
        edited = await self._services.journal.transact(statements.edit, wish, self._services.clock.now())
        self._go_on()
        return edited

    async def _delete(self, wish: DeleteTemplate) -> None:
        await self._services.journal.transact(statements.delete, wish, self._services.clock.now())

    def _go_on(self) -> None:
        """Make what is due in a turn of its own."""
        self._services.registry.ref(SCHEDULE, SCHEDULE_ID).tell(KeepSchedule())

    # --- Drawings -----------------------------------------------------------------------------------------

    async def _keep(self) -> int:
        """Make the drawings that are due and not there, by a clock that is right. Returns how many."""
        if not self._services.clock_watch.may_decide():
            return 0
        now, made = self._services.clock.now(), 0
        for template in await self._services.reads.run(queries.active):
            for day in await self._missing_days(template, now):
                if made == MADE_PER_TURN_MAX:
                    self._go_on()
                    return made
                made += await self._make(template, day)
        return made

    async def _missing_days(self, template: Template, now: datetime) -> list[date]:
        days = list(rules.coming_days(template, now, self._services.calendar))
        if not days:
            return []
        made = await self._services.reads.run(queries.days_made, template.template_id, days[0])
        return [day for day in days if day not in made]

    async def _make(self, template: Template, day: date) -> bool:
        """Have the drawing make itself. What keeps it from it may be over at the next sweep."""
        drawing = rules.plan(template, day, self._services.calendar, await self._sponsors(template))
        wish = MakeDrawing(drawing, template.template_id, day, template.edition)
        facts = {"template_id": str(template.template_id), "day": day.isoformat()}
        try:
            await self._services.registry.ref(DRAWING, drawing.drawing_id).ask(intend(wish, None))
        except Problem as problem:
            log.warning("schedule.postponed", code=problem.code, detail=problem.detail, **facts)
            return False
        log.info("schedule.made", drawing_id=str(drawing.drawing_id), **facts)
        return True

    async def _sponsors(self, template: Template) -> dict[SponsorId, str]:
        wanted = {prize.sponsor_id for prize in template.prizes if prize.sponsor_id is not None}
        found = await self._services.reads.run(queries.sponsor_names, wanted) if wanted else {}
        if missing := wanted - found.keys():
            names = sorted(map(str, missing))
            log.warning("schedule.sponsors_gone", template_id=str(template.template_id), sponsors=names)
        return found
