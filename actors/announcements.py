"""What the channels hear of a drawing's life. None of it is ever skipped (PROTOCOL, Channels)."""

from collections.abc import Sequence

from actors.outlet import Outlet
from fittrack.drawings import views
from fittrack.drawings.model import Drawing, UserType
from fittrack.drawings.stored import StoredDrawing, StoredWinner
from fittrack.drawings.visibility import EVERYBODY, PREMIUM
from fittrack.kit.ids import DrawingId
from protocol import shapes
from protocol.channels import DrawingChannel, DrawingsChannel
from protocol.frames import Payload
from protocol.outbound import (
    DrawingAdded,
    DrawingCancelled,
    DrawingCompleted,
    DrawingOpened,
)
from protocol.shapes import instant

_ALL = str(DrawingsChannel())


class Announcements:
    """Tells `drawings`, and the drawing's own channel, what has become durable."""

    __slots__ = ("_outlet",)

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def added(self, drawing: shapes.Drawing) -> None:
        self._tell_all(drawing.eligibility.user_type, DrawingAdded(drawing=drawing))

    def opened(self, drawing: shapes.Drawing) -> None:
        self._tell_both(drawing, DrawingOpened(drawing=drawing))

    def closed(self, stored: StoredDrawing) -> None:
        event = views.closed_event(stored)
        assert event is not None, "a closed drawing has its closing row"
        self._tell_both(stored.drawing, event)

    def completed(self, stored: StoredDrawing, winners: Sequence[StoredWinner]) -> None:
        drawing_id = stored.drawing.drawing_id
        result = views.result_event(stored, winners)
        self._outlet.tell_channel(str(DrawingChannel(drawing_id)), result, lasting=True)
        completed = DrawingCompleted(
            drawing_id=drawing_id,
            completed_at=result.completed_at,
            winners=len(result.winners),
            proof_url=result.proof_url,
        )
        self._tell_all(stored.drawing.eligibility.user_type, completed)

    def cancelled(self, stored: StoredDrawing, reason: str) -> None:
        assert stored.cancelled_at is not None, "a cancelled drawing knows when"
        event = DrawingCancelled(
            drawing_id=stored.drawing.drawing_id, cancelled_at=instant(stored.cancelled_at), reason=reason
        )
        self._tell_both(stored.drawing, event)

    def _tell_both(self, drawing: shapes.Drawing | Drawing, event: Payload) -> None:
        self._tell_all(drawing.eligibility.user_type, event)
        channel = str(DrawingChannel(DrawingId(drawing.drawing_id)))
        self._outlet.tell_channel(channel, event, lasting=True)

    def _tell_all(self, user_type: str, event: Payload) -> None:
        """Tell `drawings`; of a premium drawing only premium players and admins hear there."""
        audiences = (PREMIUM,) if user_type == UserType.PREMIUM else EVERYBODY
        self._outlet.tell_channel(_ALL, event, lasting=True, audiences=audiences)
