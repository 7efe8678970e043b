"""The reference client: a player's connection that keeps itself.

    async with Client("wss://fittrack.example/ws", token=fetch_token) as client:
        await client.subscribe("drawings")
        bought = await client.buy_tickets(drawing_id, 3)
        async for event in client.events():
            ...

It resumes after every reconnect, drops what it has already, keeps commands while offline and repeats them
under their keys, backs off with full jitter, follows `goaway` without a gap, and stops when it is sent away.
Giving up waiting for a command does not take it back: it was an intention, and its key stands for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

import msgspec

from fittrack.kit.ids import uuid7
from protocol.client_errors import Disconnected, Stopped
from protocol.client_events import EventStream
from protocol.client_keeper import Keeper
from protocol.inbound import BuyTickets, LogActivities, ReadInbox, Request
from protocol.outbound import ActivitiesLogged, InboxRead, Ok, Pong, TicketsBought
from protocol.shapes import ActivityInput

NORMAL_CLOSURE = 1000
"""The close code of a connection that was wanted no more (RFC 6455, 7.4.1)."""

AnswerT = TypeVar("AnswerT", bound=Ok)


class Client(Keeper):
    """See the module. Every method may be called offline; commands then wait for the connection."""

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def log_activities(
        self, activities: Sequence[ActivityInput], *, key: UUID | None = None
    ) -> ActivitiesLogged:
        """Report up to 500 activities. Raises `CommandRefused`."""
        return await self._command(LogActivities(activities=list(activities)), ActivitiesLogged, key)

    async def buy_tickets(self, drawing_id: UUID, quantity: int, *, key: UUID | None = None) -> TicketsBought:
        """Buy tickets with points. Raises `CommandRefused`."""
        return await self._command(BuyTickets(drawing_id=drawing_id, quantity=quantity), TicketsBought, key)

    async def read_inbox(self, up_to: int, *, key: UUID | None = None) -> InboxRead:
        """Mark notifications as read, up to that position. Raises `CommandRefused`."""
        return await self._command(ReadInbox(up_to=up_to), InboxRead, key)

    async def subscribe(self, channel: str) -> None:
        """Ask for a channel, now and after every reconnect. Raises `CommandRefused`."""
        self.channels.add(channel)
        try:
            await self.request("sub", ch=channel)
        except Exception:
            self.channels.discard(channel)
            raise

    async def unsubscribe(self, channel: str) -> None:
        """Have enough of a channel."""
        self.channels.discard(channel)
        self.positions.forget(channel)
        self.withdraw("sub", channel)
        if self.connected.is_set():
            try:
                await self.request("unsub", ch=channel, durable=False)
            except Disconnected:
                return  # a lost connection has no subscriptions, and the next one will not ask for this one

    async def ping(self) -> timedelta:
        """Measure how far the server's clock is ahead. Raises `Disconnected`."""
        asked = self._clock.now()
        pong = msgspec.convert(await self.request("ping", durable=False), Pong)
        middle = asked + (self._clock.now() - asked) / 2
        self.clock_offset = datetime.fromisoformat(pong.now) - middle
        return self.clock_offset

    def events(self) -> EventStream:
        """All events from now on, in order. One stream at a time; ends by raising `Stopped`.

        While 10,000 wait to be read the client reads no more, and the server will call it a slow reader.
        """
        return self.open_events()

    async def close(self) -> None:
        """Say goodbye. What still waits for an answer gets `Stopped`; its keys may be used again later."""
        await self.stop(Stopped(NORMAL_CLOSURE, "closed by the app"))

    async def _command(self, command: Request, answer: type[AnswerT], key: UUID | None) -> AnswerT:
        data = msgspec.to_builtins(command)
        assert isinstance(data, dict), "a command's data is a map"
        data = {name: value for name, value in data.items() if value is not None}
        return msgspec.convert(await self.request(command.TYPE, d=data, key=key or uuid7()), answer)
