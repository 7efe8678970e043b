"""What changes a drawing beside its sales: edits, prizes, and the transitions of its life (SPEC 5).

Each change is one unit of the drawing's log; the state follows the commit, then the channels are told.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from actors.services import Services
from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.db.handles import Executable
from fittrack.db.journal import Unit, UnitRefused
from fittrack.drawings import commitment, draw, news, records, statements, views, winner_queries
from fittrack.drawings.commands import (
    AddPrize,
    CancelDrawing,
    CloseDrawing,
    CreateDrawing,
    DeleteDrawing,
    EditDrawing,
    EditPrize,
    ExecuteDrawing,
    OpenDrawing,
    RemovePrize,
    ScheduleDrawing,
)
from fittrack.drawings.effects import refund_payload, winner_payload
from fittrack.drawings.messages import SponsorRenamed, WantedBeacon
from fittrack.drawings.model import Drawing, DrawingStatus, Prize
from fittrack.drawings.official_rules import official_rules
from fittrack.drawings.promised_beacon import (
    BeaconPending,
    BeaconRequired,
    deciding_round,
    is_too_late_to_close,
)
from fittrack.drawings.rules import (
    STATES_WITH_TICKETS,
    EditEffect,
    InvalidTransition,
    check_cancellation,
    check_closing,
    check_execution,
    check_opening,
    check_transition,
    edit_effect,
    prizes_in_order,
)
from fittrack.drawings.stored import Closing, StoredDrawing, TakenBeacon
from fittrack.drawings.timetable import TimedAction, check_schedulable, due_action
from fittrack.drawings.versions import check_drawing, check_prize
from fittrack.fairness.beacon import Beacon
from fittrack.fairness.rules_text import read_rules
from fittrack.kit.ids import PrizeId
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.origin import SYSTEM
from fittrack.kit.problems import Conflict, NotFound
from fittrack.schedule.messages import MakeDrawing
from fittrack.schedule.rules import opening
from fittrack.schedule.statements import made
from protocol import shapes

if TYPE_CHECKING:
    from actors.drawing import DrawingActor

NEVER_OPENED = "It was never opened."
"""Why a scheduled drawing is cancelled at its close (SPEC 5)."""

TOO_LATE_TO_CLOSE = "It could not be closed before the last round of the beacon that was promised for it."
"""Why an open drawing is cancelled that nobody could ever draw as promised (FAIRNESS 2)."""


class DrawingLife:
    """Takes one drawing from state to state, within turns of its actor, never while sales are in flight."""

    __slots__ = ("_actor", "_announce", "_beacon_in_hand", "_services")

    def __init__(self, actor: "DrawingActor", services: Services) -> None:
        self._actor = actor
        self._services = services
        self._announce = services.outlet.announce
        self._beacon_in_hand: Beacon | None = None

    async def change(self, intention: Intention) -> Answer:
        """Do what an admin intends."""
        match intention.command:
            case CreateDrawing(drawing):
                return Answer(await self._create(intention, drawing))
            case EditDrawing(edit, versions):
                check_drawing(self._actor.existing().drawing, versions)
                return Answer(await self._edit(intention, edit.changes()))
            case DeleteDrawing(versions):
                check_drawing(self._actor.existing().drawing, versions)
                return Answer(await self._delete(intention))
            case AddPrize(prize):
                return Answer(await self._add_prize(intention, prize))
            case EditPrize(prize_id, prize_edit, versions):
                check_prize(_find_prize(self._actor.existing(), prize_id), versions)
                return Answer(await self._edit_prize(intention, prize_id, prize_edit.changes()))
            case RemovePrize(prize_id, versions):
                check_prize(_find_prize(self._actor.existing(), prize_id), versions)
                return Answer(await self._remove_prize(intention, prize_id))
            case ScheduleDrawing():
                return Answer(await self._schedule(intention))
            case OpenDrawing():
                return Answer(await self._open(intention))
            case CloseDrawing():
                return Answer(await self._close(intention))
            case ExecuteDrawing(beacon):
                return Answer(await self._execute(intention, beacon))
            case CancelDrawing(reason):
                return Answer(await self._cancel(intention, reason))
            case command:
                raise AssertionError(f"no drawing understands {command!r}")

    async def tend(self) -> None:
        """Do all that the clock demands by now. A late clock may have several things to do."""
        while (action := due_action(self._actor.existing().drawing, self._services.clock.now())) is not None:
            await self._actor.appender.settled()
            match action:
                case TimedAction.OPEN:
                    await self._open()
                case TimedAction.CLOSE if self._is_too_late_to_close():
                    await self._call_off(None, TOO_LATE_TO_CLOSE)
                case TimedAction.CLOSE:
                    await self._close()
                case TimedAction.CANCEL:
                    await self._cancel(None, NEVER_OPENED)
                case TimedAction.EXECUTE:
                    try:
                        await self._execute()
                    except BeaconPending:  # its round was asked for; the sweep of timers comes again
                        return

    async def receive_beacon(self, beacon: Beacon) -> None:
        """Keep the round that was wanted, and draw if that is what it was wanted for."""
        self._beacon_in_hand = beacon
        await self.tend()

    def rename_sponsor(self, renamed: SponsorRenamed) -> None:
        """Show the new name with the sponsor's prizes. It is stored already, and was no promise."""
        stored = self._actor.existing()
        prizes = [
            replace(prize, sponsor=renamed.name) if prize.sponsor_id == renamed.sponsor_id else prize
            for prize in stored.drawing.prizes
        ]
        self._actor.stored = _with_prizes(stored, prizes)

    # --- Drafts, edits, prizes ----------------------------------------------------------------------------

    async def _create(self, intention: Intention, drawing: Drawing) -> Struct:
        if self._actor.stored is not None:
            raise Conflict("There is such a drawing already.")
        stored = StoredDrawing(drawing=drawing, created_at=self._services.clock.now())
        insert = statements.insert_drawing(drawing, stored.created_at)
        return await self._write(intention, "created", stored, insert)

    async def make(self, intention: Intention, wish: MakeDrawing) -> Struct:
        """Come into being, scheduled, in the first unit of the log. Asked again, it is what it is by now."""
        if self._actor.stored is not None:
            return self._shape(self._actor.stored)
        now = self._services.clock.now()
        drawing = wish.drawing
        if drawing.sales_open is not None:
            drawing = replace(drawing, sales_open=opening(drawing.sales_open, now))
        check_schedulable(drawing, now)
        planned = StoredDrawing(drawing=drawing, created_at=now)
        scheduled, columns = self._commit_to(_in_state(planned, DrawingStatus.SCHEDULED, scheduled_at=now))
        drawing_id = drawing.drawing_id
        await self._write(
            intention,
            "scheduled",
            scheduled,
            statements.insert_drawing(scheduled.drawing, now, scheduled_at=now, **columns),
            *(statements.insert_prize(drawing_id, prize, now) for prize in drawing.prizes),
            made(wish.template_id, wish.day, drawing_id, wish.edition, now),
        )
        shape = self._shape(scheduled)
        self._announce(news.added(shape))
        return shape

    async def _edit(self, intention: Intention, changes: dict[str, Any]) -> Struct:
        stored = self._actor.existing()
        changed = {name: value for name, value in changes.items() if getattr(stored.drawing, name) != value}
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

    async def _edit_prize(self, intention: Intention, prize_id: PrizeId, changes: dict[str, Any]) -> Struct:
        stored = self._actor.existing()
        former = _find_prize(stored, prize_id)
        changed = {name: value for name, value in changes.items() if getattr(former, name) != value}
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
            check_schedulable(edited.drawing, self._services.clock.now())
            edited, columns = self._commit_to(edited)
        update = statements.update_drawing(edited.drawing, **columns)
        action = None
        if prize_id is not None:
            action = records.prize_change(records.ACTIONS[kind], prize_id, self._actor.existing(), edited)
        return await self._write(intention, kind, edited, *also, update, answer=answer, action=action)

    async def _delete(self, intention: Intention) -> Struct:
        stored = self._actor.existing()
        if stored.drawing.status is not DrawingStatus.DRAFT:
            raise Conflict("Only a draft can be deleted; cancel it instead.")
        shape = self._shape(stored)
        drawing_id = stored.drawing.drawing_id
        action = records.drawing_change(records.ACTIONS["deleted"], drawing_id, stored, None)
        await self._append(intention, "deleted", shape, action, statements.delete_drawing(drawing_id))
        self._actor.stored = None
        return shape

    # --- Transitions --------------------------------------------------------------------------------------

    async def _schedule(self, intention: Intention) -> Struct:
        stored = self._actor.existing()
        now = self._services.clock.now()
        check_transition(stored.drawing.status, DrawingStatus.SCHEDULED)
        check_schedulable(stored.drawing, now)
        scheduled, columns = self._commit_to(_in_state(stored, DrawingStatus.SCHEDULED, scheduled_at=now))
        update = statements.update_drawing(scheduled.drawing, scheduled_at=now, **columns)
        shape = await self._write(intention, "scheduled", scheduled, update)
        self._announce(news.added(self._shape(scheduled)))
        return shape

    async def _open(self, intention: Intention | None = None) -> Struct:
        stored = self._actor.existing()
        now = self._services.clock.now()
        check_opening(stored.drawing, now)
        opened = _in_state(stored, DrawingStatus.OPEN, opened_at=now)
        update = statements.update_drawing(opened.drawing, opened_at=now)
        shape = await self._write(intention, "opened", opened, update)
        self._announce(news.opened(self._shape(opened)))
        return shape

    async def _close(self, intention: Intention | None = None) -> Struct:
        """Freeze the entries in one unit after the last sale; for a beacon, open the seed (FAIRNESS 2)."""
        stored = self._actor.existing()
        check_closing(stored.drawing)
        if self._is_too_late_to_close():
            raise InvalidTransition(TOO_LATE_TO_CLOSE)
        assert stored.commitment is not None, "an open drawing has its commitment"
        drawing_id = stored.drawing.drawing_id
        secrets = commitment.open_secrets(self._services.sealer, drawing_id, stored.commitment)
        frozen = await self._services.reads.run(draw.freeze, drawing_id, secrets.drawing_key)
        closing = Closing(
            closed_at=self._services.clock.now(),
            total_tickets=frozen.total_tickets,
            entrants=frozen.entrants,
            root=frozen.root,
            seed=secrets.seed if read_rules(stored.commitment.rules).beacon is not None else None,
        )
        closed = _in_state(stored, DrawingStatus.CLOSED, closing=closing)
        update = statements.update_drawing(closed.drawing, **statements.closing_columns(closing))
        rows = statements.freeze_passed_over(drawing_id, frozen.passed_over)
        shape = await self._write(intention, "closed", closed, update, rows=rows)
        self._announce(news.closed(closed))
        return shape

    async def _execute(self, intention: Intention | None = None, entered: Beacon | None = None) -> Struct:
        with self._services.draws.attempt(self._services.clock):
            return await self._draw(intention, entered)

    async def _draw(self, intention: Intention | None, entered: Beacon | None) -> Struct:
        """Draw: winners, fulfilments and notices in one unit. The same inputs, the same winners, always.

        `entered`: the beacon's round as an admin has it. Raises `BeaconPending` while none is in hand.
        """
        stored = self._actor.existing()
        now = self._services.clock.now()
        check_execution(stored.drawing, now)
        assert stored.commitment is not None and stored.closing is not None, "a closed drawing has these"
        drawing_id = stored.drawing.drawing_id
        taken = self._take_beacon(stored, entered, now)
        secrets = commitment.open_secrets(self._services.sealer, drawing_id, stored.commitment)
        chosen = await self._services.reads.run(
            draw.choose_winners, stored, secrets, None if taken is None else taken.beacon
        )
        names = await self._services.reads.run(
            winner_queries.display_names, [winner.user_id for winner in chosen]
        )
        completed = _in_state(
            stored,
            DrawingStatus.COMPLETED,
            completed_at=now,
            closing=replace(stored.closing, seed=secrets.seed),
            beacon=taken,
        )
        named = [
            winner.announced_as(names.get(winner.user_id, winner_queries.ANONYMOUS)) for winner in chosen
        ]
        results = views.results(completed, named)
        notices = {winner.fulfillment_id: winner_payload(stored.drawing, winner) for winner in chosen}
        rows = statements.award_prizes(drawing_id, chosen, notices, now)
        columns = statements.draw_columns(secrets.seed, taken)
        update = statements.update_drawing(completed.drawing, completed_at=now, **columns)
        name = records.ACTIONS["completed"] if entered is None else records.ENTERED_BEACON
        action = records.drawing_change(name, drawing_id, stored, completed)
        await self._write(intention, "completed", completed, update, rows=rows, answer=results, action=action)
        self._announce(news.completed(completed, named))
        self._services.effects_due()
        return results

    def _take_beacon(
        self, stored: StoredDrawing, entered: Beacon | None, now: datetime
    ) -> TakenBeacon | None:
        """The round that decides, checked whoever brought it; None where none was promised."""
        assert stored.commitment is not None and stored.closing is not None, "a closed drawing has these"
        services = self._services
        deciding = deciding_round(stored.commitment.rules, stored.closing.closed_at, services.beacon_chains)
        if deciding is None:
            if entered is not None:
                raise Conflict("No beacon was promised for this drawing.")
            return None
        deciding.check_published(now)
        beacon = entered or self._beacon_in_hand
        if beacon is None:
            services.beacon_wanted(WantedBeacon(stored.drawing.drawing_id, deciding))
            raise deciding.pending()
        deciding.check_genuine(beacon)
        return TakenBeacon(
            chain=deciding.chain.chain_hash,
            round=beacon.round,
            signature=beacon.signature.hex(),
            had_at=now,
        )

    def _is_too_late_to_close(self) -> bool:
        committed = self._actor.existing().commitment
        assert committed is not None, "an open drawing has its commitment"
        services = self._services
        return is_too_late_to_close(committed.rules, services.clock.now(), services.beacon_chains)

    async def _cancel(self, intention: Intention | None, reason: str) -> Struct:
        check_cancellation(self._actor.existing().drawing, self._services.clock.now())
        return await self._call_off(intention, reason)

    async def _call_off(self, intention: Intention | None, reason: str) -> Struct:
        """Cancel it. What was bought is owed back from the same unit on."""
        stored = self._actor.existing()
        now = self._services.clock.now()
        cancelled = _in_state(stored, DrawingStatus.CANCELLED, cancelled_at=now)
        refunds: list[Executable] = []
        if stored.drawing.status in STATES_WITH_TICKETS:
            payload = refund_payload(stored.drawing)
            refunds = statements.owe_refunds(stored.drawing.drawing_id, payload, now)
        update = statements.update_drawing(cancelled.drawing, cancelled_at=now)
        action = records.drawing_change(
            records.ACTIONS["cancelled"], stored.drawing.drawing_id, stored, cancelled, reason
        )
        shape = await self._write(intention, "cancelled", cancelled, *refunds, update, action=action)
        self._announce(news.cancelled(cancelled, reason))
        self._services.effects_due()
        return shape

    # --- Common -------------------------------------------------------------------------------------------

    def _commit_to(self, stored: StoredDrawing) -> tuple[StoredDrawing, dict[str, object]]:
        services = self._services
        if services.beacon_chain is None and services.drawings_need_beacon:
            raise BeaconRequired
        version = (stored.drawing.rules_version or 0) + 1
        sealed = commitment.make(services.sealer, stored.drawing, version, services.beacon_chain)
        drawing = replace(stored.drawing, commit=sealed.seed_commit, rules_version=version)
        return replace(stored, drawing=drawing, commitment=sealed), statements.commitment_columns(sealed)

    def _publish_rules(self, stored: StoredDrawing, intention: Intention | None) -> Executable:
        """The official rules as people read them, with every commitment."""
        text = official_rules(stored.drawing, self._services.publisher)
        author = None if intention is None else intention.origin.actor_id
        return statements.publish_rules(stored.drawing, text, author, self._services.clock.now())

    async def _write(
        self,
        intention: Intention | None,
        kind: str,
        stored: StoredDrawing,
        *also: Executable,
        rows: Sequence[tuple[Any, tuple[Any, ...]]] = (),
        answer: Struct | None = None,
        action: Action | None = None,
    ) -> Struct:
        """One unit; then the drawing is `stored`, and counts down accordingly. Returns the answer.

        `action` is what the audit log says of it, unless that is just how the drawing changed.
        """
        body = self._shape(stored) if answer is None else answer
        former = self._actor.stored
        if stored.drawing.rules_version != (None if former is None else former.drawing.rules_version):
            also = (*also, self._publish_rules(stored, intention))
        if action is None:
            action = records.drawing_change(records.ACTIONS[kind], stored.drawing.drawing_id, former, stored)
        await self._append(intention, kind, body, action, also, rows=rows)
        self._actor.stored = stored
        self._actor.countdown.note_change()
        return body

    async def _append(
        self,
        intention: Intention | None,
        kind: str,
        answer: Struct,
        action: Action,
        also: Sequence[Executable] = (),
        *,
        rows: Sequence[tuple[Any, tuple[Any, ...]]] = (),
    ) -> Unit:
        unit = self._actor.unit(kind, intention, answer)
        origin = SYSTEM if intention is None else intention.origin
        unit.inserts, unit.statements = [*rows, audit_row(action, origin, unit.created_at)], also
        try:
            await self._actor.append(unit)
        except UnitRefused as refused:
            raise Conflict("It refers to something that is not there.") from refused
        return unit

    def _shape(self, stored: StoredDrawing) -> shapes.Drawing:
        actor = self._actor
        return views.drawing_shape(
            stored.drawing, total_tickets=actor.total_tickets, entrants=len(actor.tickets_by_holder)
        )


def _in_state(stored: StoredDrawing, status: DrawingStatus, **changes: Any) -> StoredDrawing:
    return replace(stored, drawing=replace(stored.drawing, status=status), **changes)


def _with_prizes(stored: StoredDrawing, prizes: Sequence[Prize]) -> StoredDrawing:
    return replace(stored, drawing=replace(stored.drawing, prizes=prizes_in_order(prizes)))


def _find_prize(stored: StoredDrawing, prize_id: PrizeId) -> Prize:
    for prize in stored.drawing.prizes:
        if prize.prize_id == prize_id:
            return prize
    raise NotFound("The drawing has no such prize.")
