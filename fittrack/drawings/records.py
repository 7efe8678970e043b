"""What the audit log says of a change of a drawing (SPEC 9)."""

from typing import Any, Final

import msgspec

from fittrack.audit.action import Action, differences
from fittrack.drawings.stored import StoredDrawing
from fittrack.drawings.views import drawing_shape, prize_shape
from fittrack.kit.ids import DrawingId, PrizeId

ACTIONS: Final = {
    "created": "drawing.create",
    "edited": "drawing.edit",
    "deleted": "drawing.delete",
    "scheduled": "drawing.schedule",
    "opened": "drawing.open",
    "closed": "drawing.close",
    "completed": "drawing.execute",
    "cancelled": "drawing.cancel",
    "prize_added": "prize.create",
    "prize_edited": "prize.edit",
    "prize_removed": "prize.delete",
}
"""The action's name by the kind of the drawing's unit."""

ENTERED_BEACON: Final = "drawing.enter-beacon"
"""A draw whose beacon's round an admin entered by hand."""

_PROMISE: Final = ("commit", "rules_version")
"""What a change of prizes changes in a scheduled drawing."""


def drawing_change(
    name: str,
    drawing_id: DrawingId,
    former: StoredDrawing | None,
    latter: StoredDrawing | None,
    reason: str | None = None,
) -> Action:
    """A change of the drawing itself; None: it is not there."""
    before, after = _both(_drawing(former), _drawing(latter))
    return Action(
        name=name, subject_type="drawing", subject_id=drawing_id, before=before, after=after, reason=reason
    )


def prize_change(name: str, prize_id: PrizeId, former: StoredDrawing, latter: StoredDrawing) -> Action:
    """A change of one prize of a drawing, and of what the drawing promises therefore."""
    before, after = _both(_prize(former, prize_id), _prize(latter, prize_id))
    return Action(name=name, subject_type="prize", subject_id=prize_id, before=before, after=after)


def _both(
    before: dict[str, Any] | None, after: dict[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    return (before, after) if before is None or after is None else differences(before, after)


def _drawing(stored: StoredDrawing | None) -> dict[str, Any] | None:
    """What an admin sees of a drawing, and what its close and its draw published."""
    if stored is None:
        return None
    closing, beacon = stored.closing, stored.beacon
    fields = {
        **_fields(drawing_shape(stored.drawing, total_tickets=0, entrants=0)),
        "total_tickets": None if closing is None else closing.total_tickets,
        "entrants": None if closing is None else closing.entrants,
        "root": None if closing is None else closing.root.hex(),
        "beacon_round": None if beacon is None else beacon.round,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _prize(stored: StoredDrawing, prize_id: PrizeId) -> dict[str, Any] | None:
    for prize in stored.drawing.prizes:
        if prize.prize_id == prize_id:
            promise = {name: value for name, value in (_drawing(stored) or {}).items() if name in _PROMISE}
            return {"drawing_id": str(stored.drawing.drawing_id), **_fields(prize_shape(prize)), **promise}
    return None


def _fields(shape: msgspec.Struct) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(shape)
    return fields
