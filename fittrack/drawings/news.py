"""What the channels hear of a drawing's life (PROTOCOL, Channels).

None of it is ever skipped, and each piece is told once, however many times it is said: by the drawing's actor
after the commit, and by each node that looks whether something got lost on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fittrack.drawings import views
from fittrack.drawings.model import Drawing, UserType
from fittrack.drawings.stored import StoredDrawing, StoredWinner
from fittrack.drawings.visibility import EVERYBODY, ORDINARY, PREMIUM
from fittrack.kit.ids import DrawingId
from fittrack.pubsub.messages import ChannelEvent
from protocol import shapes
from protocol.channels import DrawingChannel, DrawingsChannel
from protocol.frames import Payload
from protocol.outbound import DrawingAdded, DrawingCancelled, DrawingCompleted, DrawingOpened
from protocol.shapes import instant

_ALL = str(DrawingsChannel())


@dataclass(frozen=True, slots=True)
class News:
    """Something that a channel hears, for some of its audiences."""

    channel: str
    payload: Payload
    once: str
    """What it is: said again, it is the same."""
    audiences: Sequence[str] = (ORDINARY,)

    def at(self, position: int) -> list[ChannelEvent]:
        """The events that tell it."""
        return [
            ChannelEvent(self.channel, position, self.payload, True, audience, self.once)
            for audience in self.audiences
        ]


def added(drawing: shapes.Drawing) -> list[News]:
    """It was scheduled, and may be seen."""
    return [_to_all(drawing.eligibility.user_type, DrawingAdded(drawing=drawing), str(drawing.drawing_id))]


def opened(drawing: shapes.Drawing) -> list[News]:
    """Its sales have begun."""
    return _to_both(drawing, DrawingOpened(drawing=drawing))


def closed(stored: StoredDrawing) -> list[News]:
    """Its sales have ended."""
    event = views.closed_event(stored)
    assert event is not None, "a closed drawing has its closing row"
    return _to_both(stored.drawing, event)


def completed(stored: StoredDrawing, winners: Iterable[StoredWinner]) -> list[News]:
    """It has its winners, or others than before."""
    winners = list(winners)
    drawing_id = stored.drawing.drawing_id
    result = views.result_event(stored, winners)
    short = DrawingCompleted(
        drawing_id=drawing_id,
        completed_at=result.completed_at,
        winners=len(result.winners),
        proof_url=result.proof_url,
    )
    drawn = f"{drawing_id} {len(winners)}"  # whoever takes a prize over is one more that was drawn
    return [
        News(str(DrawingChannel(drawing_id)), result, _once(result, drawn)),
        _to_all(stored.drawing.eligibility.user_type, short, drawn),
    ]


def cancelled(stored: StoredDrawing, reason: str) -> list[News]:
    """It will not take place."""
    assert stored.cancelled_at is not None, "a cancelled drawing knows when"
    event = DrawingCancelled(
        drawing_id=stored.drawing.drawing_id, cancelled_at=instant(stored.cancelled_at), reason=reason
    )
    return _to_both(stored.drawing, event)


def _to_both(drawing: shapes.Drawing | Drawing, event: Payload) -> list[News]:
    subject = str(drawing.drawing_id)
    channel = str(DrawingChannel(DrawingId(drawing.drawing_id)))
    return [
        _to_all(drawing.eligibility.user_type, event, subject),
        News(channel, event, _once(event, subject)),
    ]


def _to_all(user_type: str, event: Payload, subject: str) -> News:
    """To `drawings`; of a premium drawing only premium players and admins hear there."""
    audiences = (PREMIUM,) if user_type == UserType.PREMIUM else EVERYBODY
    return News(_ALL, event, _once(event, subject), audiences)


def _once(event: Payload, subject: str) -> str:
    return f"{event.TYPE} {subject}"
