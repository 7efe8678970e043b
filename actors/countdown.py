"""The countdown of a drawing: when its channel is told, and when the clock acts upon the drawing.

One timer while it counts down. It does not call the actor but sends it a message, so that a discarded
activation's timer finds its successor, or makes one.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from actors.services import Services
from fittrack.drawings import views
from fittrack.drawings.commands import TendDrawing
from fittrack.drawings.countdown import next_tick_delay
from fittrack.drawings.messages import TellTime
from fittrack.drawings.timetable import due_action
from fittrack.kit.clock import Timer
from fittrack.kit.problems import Busy
from fittrack.server.asking import DRAWING
from protocol.channels import DrawingChannel

if TYPE_CHECKING:
    from actors.drawing import DrawingActor

log = structlog.get_logger(__name__)


class Countdown:
    """Ticks of one drawing, at the cadence of the protocol."""

    __slots__ = ("_actor", "_changed", "_last_tick_at", "_services", "_timer")

    def __init__(self, actor: "DrawingActor", services: Services) -> None:
        self._actor = actor
        self._services = services
        self._timer: Timer | None = None
        self._last_tick_at: datetime | None = None
        self._changed = False

    @property
    def is_running(self) -> bool:
        """Whether there is a next tick."""
        return self._timer is not None

    def note_change(self) -> None:
        """Something happened that the last tick did not tell. Cheap when the next tick is near anyway."""
        if not self._changed or self._timer is None:
            self._changed = True
            self.rearm()

    def rearm(self) -> None:
        """Set the timer for the next tick; none when the drawing no longer counts down."""
        self.stop()
        stored = self._actor.stored
        if stored is None:
            return
        delay = next_tick_delay(
            stored.drawing,
            self._services.clock.now(),
            last_tick_at=self._last_tick_at,
            changed=self._changed,
        )
        if delay is not None:
            self._timer = self._services.clock.call_later(delay.total_seconds(), self._ring)

    def stop(self) -> None:
        """Count no further: the drawing goes on elsewhere, or is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def tell(self) -> None:
        """Tell the channel how things stand; have done what is due."""
        self._changed = False
        view = self._actor.view()
        now = self._last_tick_at = self._services.clock.now()
        tick = views.tick(view, now)
        self._services.outlet.tell_channel(str(DrawingChannel(view.drawing.drawing_id)), tick)
        self.rearm()
        if due_action(view.drawing, now) is not None:
            self._send(TendDrawing())

    def _ring(self) -> None:
        self._timer = None
        self._send(TellTime())

    def _send(self, message: TellTime | TendDrawing) -> None:
        try:
            self._services.registry.ref(DRAWING, self._actor.drawing_id).tell(message)
        except Busy:  # a full mailbox, or the end of the node: the sweep of timers reminds it again
            log.info("countdown.postponed", drawing_id=str(self._actor.drawing_id))
