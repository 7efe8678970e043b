"""How a change of a drawing is written: one unit of its log, with its rows, rules and audit.

The state follows the commit.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import Struct

from actors.services import Services
from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.db.handles import Executable, Table
from fittrack.db.journal import Row, UnitRefused
from fittrack.drawings import commitment, records, statements, views
from fittrack.drawings.official_rules import official_rules
from fittrack.drawings.promised_beacon import BeaconRequired
from fittrack.drawings.stored import StoredDrawing
from fittrack.kit.intention import Intention
from fittrack.kit.origin import SYSTEM
from fittrack.kit.problems import Conflict
from protocol import shapes

if TYPE_CHECKING:
    from actors.drawing import DrawingActor


class DrawingChanges:
    """Writes what is decided about one drawing."""

    __slots__ = ("_actor", "_services")

    def __init__(self, actor: "DrawingActor", services: Services) -> None:
        self._actor = actor
        self._services = services

    def commit_to(self, stored: StoredDrawing) -> tuple[StoredDrawing, dict[str, object]]:
        """`stored` with a new commitment, and the columns that keep it. Raises `BeaconRequired`."""
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

    async def write(
        self,
        intention: Intention | None,
        kind: str,
        stored: StoredDrawing,
        *also: Executable,
        rows: Sequence[tuple[Table, Row]] = (),
        answer: Struct | None = None,
        action: Action | None = None,
    ) -> Struct:
        """One unit; then the drawing is `stored`, and counts down accordingly. Returns the answer.

        `action` is what the audit log says of it, unless that is just how the drawing changed.
        """
        body = self.shape(stored) if answer is None else answer
        former = self._actor.stored
        if stored.drawing.rules_version != (None if former is None else former.drawing.rules_version):
            also = (*also, self._publish_rules(stored, intention))
        if action is None:
            action = records.drawing_change(records.ACTIONS[kind], stored.drawing.drawing_id, former, stored)
        await self.append(intention, kind, body, action, also, rows=rows)
        self._actor.stored = stored
        self._actor.countdown.note_change()
        return body

    async def append(
        self,
        intention: Intention | None,
        kind: str,
        answer: Struct,
        action: Action,
        also: Sequence[Executable] = (),
        *,
        rows: Sequence[tuple[Table, Row]] = (),
    ) -> None:
        """One unit. Raises `Conflict` when something that it refers to is gone."""
        unit = self._actor.unit(kind, intention, answer)
        origin = SYSTEM if intention is None else intention.origin
        unit.inserts, unit.statements = [*rows, audit_row(action, origin, unit.created_at)], also
        try:
            await self._actor.append(unit)
        except UnitRefused as refused:
            raise Conflict("It refers to something that is not there.") from refused

    def shape(self, stored: StoredDrawing) -> shapes.Drawing:
        """`stored` as clients see it, with what is sold."""
        actor = self._actor
        return views.drawing_shape(
            stored.drawing, total_tickets=actor.total_tickets, entrants=len(actor.tickets_by_holder)
        )
