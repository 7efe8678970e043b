"""What one player wanted during a chaos, what became of it, and what the player's phone shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from fittrack.kit.clock import SystemClock
from protocol.client_events import Event
from protocol.outbound import ActivitiesLogged, TicketsBought
from tests.players import StreamWitness

_clock = SystemClock()


@dataclass
class Notebook:
    """Every key that was sent; those granted with their answers, those refused with the code.

    The rest is unknown: the app was closed before an answer came.
    """

    wanted: dict[UUID, str] = field(default_factory=dict)
    """The activity's external id, or empty for tickets."""
    granted: dict[UUID, TicketsBought | ActivitiesLogged] = field(default_factory=dict)
    refused: dict[UUID, str] = field(default_factory=dict)

    @property
    def unknown(self) -> int:
        return len(self.wanted) - len(self.granted) - len(self.refused)


@dataclass
class Screen(StreamWitness):
    """What the phone shows: the latest of everything, by events and answers alone."""

    balance: int = -1
    streak: Mapping[str, Any] = field(default_factory=dict)
    streak_at: datetime = field(default_factory=_clock.now)
    my_tickets: int = 0
    tick: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        data: Mapping[str, Any] = event.d
        match event.t:
            case "welcome" | "points.changed":
                self.balance = data["balance"]
                self._see_streak(data["streak"])
            case "streak.changed":
                self._see_streak(data["streak"])
            case "tickets.changed":
                self.see_tickets(data["my_tickets"])
            case "snapshot":
                self.tick = data["tick"]
                self.see_tickets(data["drawing"]["my_tickets"])
            case "drawing.tick":
                self.tick = data

    def see_tickets(self, count: int) -> None:
        """They only become more."""
        self.my_tickets = max(self.my_tickets, count)

    def _see_streak(self, streak: Mapping[str, Any]) -> None:
        self.streak, self.streak_at = streak, _clock.now()
