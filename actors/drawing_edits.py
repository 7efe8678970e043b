"""What is written about a drawing: drafts, edits, prizes, and what a template makes by itself (SPEC 5)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, assert_never

from msgspec import Struct

from actors.drawing_changes import DrawingChanges
from actors.services import Services
from fittrack.db.handles import Executable
from fittrack.drawings import news, records, statements, views
from fittrack.drawings.commands import (
    AddPrize,
    CreateDrawing,
    DeleteDrawing,
    EditDrawing,
    EditPrize,
    RemovePrize,
)
from fittrack.drawings.messages import SponsorRenamed
from fittrack.drawings.model import Drawing, DrawingStatus, Prize
from fittrack.drawings.rules import EditEffect, edit_effect, prizes_in_order
from fittrack.drawings.stored import StoredDrawing
from fittrack.drawings.timetable import check_schedulable
from fittrack.drawings.versions import check_drawing, check_prize
from fittrack.kit.ids import PrizeId
from fittrack.kit.intention import Intention
from fittrack.kit.patches import changes, given
from fittrack.kit.problems import Conflict, NotFound
from fittrack.schedule.messages import MakeDrawing
from fittrack.schedule.rules import opening
from fittrack.schedule.statements import made

if TYPE_CHECKING:
    from actors.drawing import DrawingActor

Edit = CreateDrawing | EditDrawing | DeleteDrawing | AddPrize | EditPrize | RemovePrize


class DrawingEdits:
    """Writes and rewrites one drawing, within turns of its actor, never while sales are in flight."""

    __slots__ = ("_actor", "_changes", "_services")

    def __init__(self, actor: "DrawingActor", services: Services, changes: DrawingChanges) -> None:
        self._actor = actor
        self._services = services
        self._changes = changes

    async def change(self, intention: Intention, command: Edit) -> Struct:
        """Do what an admin intends."""
        match command:
            case CreateDrawing(drawing):
                return await self._create(intention, drawing)
            case EditDrawing(edit, versions):
                check_drawing(self._actor.existing().drawing, versions)
                return await self._edit(intention, given(edit))
            case DeleteDrawing(versions):
                check_drawing(self._actor.existing().drawing, versions)
                return await self._delete(intention)
            case AddPrize(prize):
                return await self._add_prize(intention, prize)
            case EditPrize(prize_id, prize_edit, versions):
                check_prize(_find_prize(self._actor.existing(), prize_id), versions)
                return await self._edit_prize(intention, prize_id, given(prize_edit))
            case RemovePrize(prize_id, versions):
                check_prize(_find_prize(self._actor.existing(), prize_id), versions)
                return await self._remove_prize(intention, prize_id)
            case _:
                assert_never(command)

    def rename_sponsor(self, renamed: SponsorRenamed) -> None:
        """Show the new name with the sponsor's prizes. It is stored already, and was no promise."""
        stored = self._actor.existing()
        prizes = [
            replace(prize, sponsor=renamed.name) if prize.sponsor_id == renamed.sponsor_id else prize
            for prize in stored.drawing.prizes
        ]
        self._actor.stored = _with_prizes(stored, prizes)

    async def make(self, intention: Intention, wish: MakeDrawing) -> Struct:
        """Come into being, scheduled, in the first unit of the log. Asked again, it is what it is by now."""
        if self._actor.stored is not None:
            return self._changes.shape(self._actor.stored)
        self._services.clock_watch.check()
        now = self._services.clock.now()
        drawing = wish.drawing
        if drawing.sales_open is not None:
            drawing = replace(drawing, sales_open=opening(drawing.sales_open, now))
        check_schedulable(drawing, now)
        planned = StoredDrawing(drawing=drawing, created_at=now)
        scheduled, columns = self._changes.commit_to(
            planned.in_state(DrawingStatus.SCHEDULED, scheduled_at=now)
        )
        drawing_id = drawing.drawing_id
        await self._changes.write(
            intention,
            "scheduled",
            scheduled,
            statements.insert_drawing(scheduled.drawing, now, scheduled_at=now, **columns),
            *(statements.insert_prize(drawing_id, prize, now) for prize in drawing.prizes),
            made(wish.template_id, wish.day, drawing_id, wish.edition, now),
        )
        shape = self._changes.shape(scheduled)
        self._services.outlet.announce(news.added(shape))
        return shape

    async def _create(self, intention: Intention, drawing: Drawing) -> Struct:
        if self._actor.stored is not None:
            raise Conflict("There is such a drawing already.")
        stored = StoredDrawing(drawing=drawing, created_at=self._services.clock.now())
        insert = statements.insert_drawing(drawing, stored.created_at)
        return await self._changes.write(intention, "created", stored, insert)

    async def _edit(self, intention: Intention, fields: dict[str, Any]) -> Struct:
        stored = self._actor.existing()
        changed = changes(stored.drawing, fields)
        effect = edit_effect(stored.drawing.status, changed)
        edited = replace(stored, drawing=replace(stored.drawing, **changed))
        return await self._apply_edit(intention, "edited", edited, effect)

    async def _add_prize(self, intention: Intention, prize: Prize) -> Struct:
        stored = self._actor.existing()
        effect = edit_effect(stored.drawing.status, {"prizes"})
        insert = statements.insert_prize(stored.drawing.drawing_id, prize, self._services.clock.now())
        await self._apply_edit(
            intention,
            "prize_added",
            _with_prizes(stored, [*stored.drawing.prizes, prize]),
            effect,
            insert,
            prize_id=prize.prize_id,
            answer=views.prize_shape(prize),
        )
        return views.prize_shape(prize)

    async def _edit_prize(self, intention: Intention, prize_id: PrizeId, fields: dict[str, Any]) -> Struct:
        stored = self._actor.existing()
        former = _find_prize(stored, prize_id)
        changed = changes(former, fields)
        effect = edit_effect(stored.drawing.status, changed.keys() - {"sponsor"})  # it follows from the id
        prize = replace(former, **changed)
        prizes = [prize if other is former else other for other in stored.drawing.prizes]
        await self._apply_edit(
            intention,
            "prize_edited",
            _with_prizes(stored, prizes),
            effect,
            statements.update_prize(prize, self._services.clock.now()),
            prize_id=prize_id,
            answer=views.prize_shape(prize),
        )
        return views.prize_shape(prize)

    async def _remove_prize(self, intention: Intention, prize_id: PrizeId) -> Struct:
        stored = self._actor.existing()
        former = _find_prize(stored, prize_id)
        effect = edit_effect(stored.drawing.status, {"prizes"})
        prizes = [prize for prize in stored.drawing.prizes if prize is not former]
        return await self._apply_edit(
            intention,
            "prize_removed",
            _with_prizes(stored, prizes),
            effect,
            statements.delete_prize(prize_id),
            prize_id=prize_id,
        )

    async def _apply_edit(
        self,
        intention: Intention,
        kind: str,
        edited: StoredDrawing,
        effect: EditEffect,
        *also: Executable,
        prize_id: PrizeId | None = None,
        answer: Struct | None = None,
    ) -> Struct:
        columns: dict[str, object] = {}
        if effect is EditEffect.NEW_COMMITMENT:
            self._services.clock_watch.check()
            check_schedulable(edited.drawing, self._services.clock.now())
            edited, columns = self._changes.commit_to(edited)
        update = statements.update_drawing(edited.drawing, **columns)
        action = None
        if prize_id is not None:
            action = records.prize_change(records.ACTIONS[kind], prize_id, self._actor.existing(), edited)
        return await self._changes.write(intention, kind, edited, *also, update, answer=answer, action=action)

    async def _delete(self, intention: Intention) -> Struct:
        stored = self._actor.existing()
        if stored.drawing.status is not DrawingStatus.DRAFT:
            raise Conflict("Only a draft can be deleted; cancel it instead.")
        shape = self._changes.shape(stored)
        drawing_id = stored.drawing.drawing_id
        action = records.drawing_change(records.ACTIONS["deleted"], drawing_id, stored, None)
        await self._changes.append(intention, "deleted", shape, action, statements.delete_drawing(drawing_id))
        self._actor.stored = None
        return shape


def _with_prizes(stored: StoredDrawing, prizes: Sequence[Prize]) -> StoredDrawing:
    return replace(stored, drawing=replace(stored.drawing, prizes=prizes_in_order(prizes)))


def _find_prize(stored: StoredDrawing, prize_id: PrizeId) -> Prize:
    for prize in stored.drawing.prizes:
        if prize.prize_id == prize_id:
            return prize
    raise NotFound("The drawing has no such prize.")
