"""The transitions of a drawing's life (SPEC 5): each one unit of its log, then the channels are told."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from actors import drawing_refunds
from actors.drawing_changes import DrawingChanges
from actors.services import Services
from fittrack.db.handles import Executable, Table
from fittrack.db.journal import Row
from fittrack.drawings import commitment, draw, news, records, statements, views, winner_queries
from fittrack.drawings.commands import (
    CancelDrawing,
    CloseDrawing,
    ExecuteDrawing,
    OpenDrawing,
    ScheduleDrawing,
)
from fittrack.drawings.effects import refund_payload
from fittrack.drawings.messages import WantedBeacon
from fittrack.drawings.model import DrawingStatus
from fittrack.drawings.promised_beacon import (
    BeaconPending,
    deciding_round,
    is_too_late_to_close,
)
from fittrack.drawings.rules import (
    STATES_WITH_TICKETS,
    InvalidTransition,
    check_cancellation,
    check_closing,
    check_execution,
    check_opening,
    check_transition,
)
from fittrack.drawings.stored import Closing, StoredDrawing, TakenBeacon
from fittrack.drawings.timetable import TimedAction, check_schedulable, due_action
from fittrack.fairness.beacon import Beacon
from fittrack.fairness.rules_text import read_rules
from fittrack.kit.intention import Intention
from fittrack.kit.problems import Conflict

if TYPE_CHECKING:
    from actors.drawing import DrawingActor

NEVER_OPENED = "It was never opened."
"""Why a scheduled drawing is cancelled at its close (SPEC 5)."""

TOO_LATE_TO_CLOSE = "It could not be closed before the last round of the beacon that was promised for it."
"""Why an open drawing is cancelled that nobody could ever draw as promised (FAIRNESS 2)."""


class DrawingLife:
    """Takes one drawing from state to state, within turns of its actor, never while sales are in flight."""

    __slots__ = ("_actor", "_announce", "_beacon_in_hand", "_changes", "_services")

    def __init__(self, actor: "DrawingActor", services: Services, changes: DrawingChanges) -> None:
        self._actor = actor
        self._services = services
        self._changes = changes
        self._announce = services.outlet.announce
        self._beacon_in_hand: Beacon | None = None

    async def change(self, intention: Intention) -> Struct:
        """Do what an admin intends. Each state begins at an instant: `Busy` while the clock is off."""
        self._services.clock_watch.check()
        match intention.command:
            case ScheduleDrawing():
                return await self._schedule(intention)
            case OpenDrawing():
                return await self._open(intention)
            case CloseDrawing():
                return await self._close(intention)
            case ExecuteDrawing(beacon):
                return await self._execute(intention, beacon)
            case CancelDrawing(reason):
                return await self._cancel(intention, reason)
            case command:
                raise AssertionError(f"no drawing understands {command!r}")

    async def tend(self) -> None:
        """Do all that the clock demands by now. A late clock may have several things to do."""
        while (action := self._due()) is not None:
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
        await drawing_refunds.owe_more(self._actor)

    def _due(self) -> TimedAction | None:
        """A clock that is off demands nothing; the sweep of timers comes again."""
        if not self._services.clock_watch.may_decide():
            return None
        return due_action(self._actor.existing().drawing, self._services.clock.now())

    async def receive_beacon(self, beacon: Beacon) -> None:
        """Keep the round that was wanted, and draw if that is what it was wanted for."""
        self._beacon_in_hand = beacon
        await self.tend()

    async def _schedule(self, intention: Intention) -> Struct:
        stored = self._actor.existing()
        now = self._services.clock.now()
        check_transition(stored.drawing.status, DrawingStatus.SCHEDULED)
        check_schedulable(stored.drawing, now)
        scheduled, columns = self._changes.commit_to(
            stored.in_state(DrawingStatus.SCHEDULED, scheduled_at=now)
        )
        update = statements.update_drawing(scheduled.drawing, scheduled_at=now, **columns)
        shape = await self._changes.write(intention, "scheduled", scheduled, update)
        self._announce(news.added(self._changes.shape(scheduled)))
        return shape

    async def _open(self, intention: Intention | None = None) -> Struct:
        stored = self._actor.existing()
        now = self._services.clock.now()
        check_opening(stored.drawing, now)
        opened = stored.in_state(DrawingStatus.OPEN, opened_at=now)
        update = statements.update_drawing(opened.drawing, opened_at=now)
        shape = await self._changes.write(intention, "opened", opened, update)
        self._announce(news.opened(self._changes.shape(opened)))
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
        closed = stored.in_state(DrawingStatus.CLOSED, closing=closing)
        update = statements.update_drawing(closed.drawing, **statements.closing_columns(closing))
        rows = statements.freeze_passed_over(drawing_id, frozen.passed_over)
        shape = await self._changes.write(intention, "closed", closed, update, rows=rows)
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
        completed = stored.in_state(
            DrawingStatus.COMPLETED,
            completed_at=now,
            closing=replace(stored.closing, seed=secrets.seed),
            beacon=taken,
        )
        named = [
            winner.announced_as(names.get(winner.user_id, winner_queries.ANONYMOUS)) for winner in chosen
        ]
        results = views.results(completed, named)
        rows = [row for winner in chosen for row in statements.award_prize(stored.drawing, winner, now)]
        columns = statements.draw_columns(secrets.seed, taken)
        update = statements.update_drawing(completed.drawing, completed_at=now, **columns)
        name = records.ACTIONS["completed"] if entered is None else records.ENTERED_BEACON
        action = records.drawing_change(name, drawing_id, stored, completed)
        await self._changes.write(
            intention, "completed", completed, update, rows=rows, answer=results, action=action
        )
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
        """Cancel it. What was bought is owed back from the same unit on, of many entries the first part."""
        stored = self._actor.existing()
        now, drawing_id = self._services.clock.now(), stored.drawing.drawing_id
        cancelled = stored.in_state(DrawingStatus.CANCELLED, cancelled_at=now)
        updates: list[Executable] = [statements.update_drawing(cancelled.drawing, cancelled_at=now)]
        refunds: list[tuple[Table, Row]] = []
        if stored.drawing.status in STATES_WITH_TICKETS:
            part = await drawing_refunds.first_part(self._actor)
            refunds = statements.owe_refunds(part, refund_payload(stored.drawing), now)
            cancelled = replace(cancelled, refunds_owed_rev=part.up_to)
            updates.append(statements.refunds_owed(drawing_id, part.up_to))
        name = records.ACTIONS["cancelled"]
        action = records.drawing_change(name, drawing_id, stored, cancelled, reason)
        shape = await self._changes.write(
            intention, "cancelled", cancelled, *updates, rows=refunds, action=action
        )
        self._announce(news.cancelled(cancelled, reason))
        self._services.effects_due()
        return shape
