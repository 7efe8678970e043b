"""The reference client against a real socket: it resumes, repeats, moves, and knows when to stop."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import msgspec
import pytest

from fittrack.kit.clock import VirtualClock
from protocol.client import Client
from protocol.client_core import Positions
from protocol.client_errors import CommandRefused, Disconnected, Stopped
from protocol.client_events import Event, EventStream
from protocol.client_wire import Encoding
from protocol.inbound import LogActivities
from protocol.outbound import Pong, StreakChanged, TicketsBought
from protocol.shapes import Streak, Today
from tests.protocol.examples import A_WALK, DRAWING, KEY, NOON
from tests.protocol.scripted_server import Peer, ScriptedServer

BOUGHT = {
    "transaction_id": str(KEY),
    "drawing_id": str(DRAWING),
    "quantity": 3,
    "points_spent": 300,
    "balance": 7,
    "my_tickets": 3,
    "odds": 0.5,
}


class Player:
    """A client with a virtual clock, and what happened to it."""

    def __init__(self, server: ScriptedServer, **options: Any) -> None:
        self.clock = VirtualClock(NOON)
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.tokens = 0
        self.client = Client(
            server.url,
            token=self._token,
            clock=self.clock,
            on_event=self.events.put_nowait,
            draw=lambda: 0.5,
            **options,
        )

    async def _token(self) -> str:
        self.tokens += 1
        return f"token-{self.tokens}"

    async def event(self, t: str) -> Event:
        while True:
            event = await asyncio.wait_for(self.events.get(), 10)
            if event.t == t:
                return event

    async def offline(self) -> None:
        """Until the client has noticed that it lost its connection."""
        async with asyncio.timeout(10):
            while self.client.connected.is_set():  # noqa: ASYNC110 - turns the loop, waits for no time
                await asyncio.sleep(0)

    async def reconnect(self, server: ScriptedServer) -> Peer:
        """Let the back-off pass until the client is there again."""
        await self.offline()
        next_peer = asyncio.ensure_future(server.peer())
        while not next_peer.done():
            await self.clock.advance(0.5)
        return next_peer.result()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer.running() as running:
        yield running


def points(seq: int) -> dict[str, Any]:
    return {"t": "points.changed", "seq": seq, "d": {"balance": seq}}


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - turns the loop, waits for no time
            await asyncio.sleep(0)


@pytest.mark.parametrize("encoding", ["msgpack", "json"])
async def test_it_says_who_it_is_and_is_welcome(server: ScriptedServer, encoding: str) -> None:
    player = Player(server, encoding=cast(Encoding, encoding), device_id="phone-1")
    async with player.client:
        peer = await server.peer()
        assert await peer.welcome() == {"token": "token-1", "device_id": "phone-1"}
        welcome = await player.event("welcome")
        assert welcome.d["balance"] == 120
        assert player.client.positions.resume() == {"ledger": 4, "inbox": 2}


async def test_a_purchase_is_answered_typed(server: ScriptedServer) -> None:
    async with Player(server).client as client:
        peer = await server.peer()
        await peer.welcome()
        purchase = asyncio.ensure_future(client.buy_tickets(DRAWING, 3, key=KEY))
        frame = await peer.heard()
        assert (frame["t"], frame["key"], frame["d"]["quantity"]) == ("tickets.buy", str(KEY), 3)
        await peer.ok(frame, **BOUGHT)
        answer = await purchase
        assert isinstance(answer, TicketsBought)
        assert answer.drawing_id == DRAWING


async def test_a_refusal_is_raised(server: ScriptedServer) -> None:
    async with Player(server).client as client:
        peer = await server.peer()
        await peer.welcome()
        purchase = asyncio.ensure_future(client.buy_tickets(DRAWING, 3))
        await peer.err(await peer.heard(), "sales-closed")
        with pytest.raises(CommandRefused, match="sales-closed"):
            await purchase


async def test_busy_is_tried_again_under_the_same_key(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client as client:
        peer = await server.peer()
        await peer.welcome()
        purchase = asyncio.ensure_future(client.buy_tickets(DRAWING, 3))
        first = await peer.heard()
        await peer.err(first, "busy", retryable=True)
        again = asyncio.ensure_future(peer.heard())
        while not again.done():
            await player.clock.advance(0.5)
        assert again.result() == first
        await peer.ok(first, **BOUGHT)
        await purchase


async def test_what_was_missed_is_asked_for_and_duplicates_are_dropped(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client:
        peer = await server.peer()
        await peer.welcome(ledger=4, inbox=2)
        await peer.say(points(5))
        assert (await player.event("points.changed")).seq == 5
        peer.vanish()
        peer = await player.reconnect(server)
        auth = await peer.welcome(ledger=7, inbox=2, resumed=True)
        assert auth["resume"] == {"ledger": 5, "inbox": 2}
        await peer.say(points(5), points(6), points(6), points(7))
        assert [(await player.event("points.changed")).seq for _ in range(2)] == [6, 7]
        assert player.client.positions.ledger == 7


async def test_saved_positions_resume_a_restarted_app(server: ScriptedServer) -> None:
    player = Player(server, positions=Positions(ledger=3, inbox=1))
    async with player.client:
        assert (await (await server.peer()).welcome())["resume"] == {"ledger": 3, "inbox": 1}


async def test_a_gap_makes_it_resume_rather_than_believe(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client:
        peer = await server.peer()
        await peer.welcome(ledger=4)
        await peer.say(points(6))
        peer = await player.reconnect(server)
        assert (await peer.welcome(ledger=6, resumed=True))["resume"] == {"ledger": 4, "inbox": 2}


async def test_a_command_without_an_answer_is_sent_again_after_the_reconnect(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client as client:
        peer = await server.peer()
        await peer.welcome()
        purchase = asyncio.ensure_future(client.buy_tickets(DRAWING, 3))
        lost = await peer.heard()
        peer.vanish()
        peer = await player.reconnect(server)
        await peer.welcome(resumed=True)
        again = await peer.heard()
        assert again == lost
        await peer.ok(again, **BOUGHT, replayed=True)
        assert (await purchase).replayed


async def test_commands_issued_offline_wait_and_travel_together(server: ScriptedServer) -> None:
    async with Player(server).client as client:
        peer = await server.peer()
        waiting = [asyncio.ensure_future(client.read_inbox(number)) for number in range(70)]
        await until(lambda: len(client._outbox) == 70)
        await peer.welcome()
        for _ in range(70):
            frame = await peer.heard()
            await peer.ok(frame, unread=frame["d"]["up_to"])
        assert [(await answer).unread for answer in waiting] == list(range(70))
        assert peer.messages[1] == 64


async def test_channels_are_subscribed_again_after_a_reconnect(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client as client:
        peer = await server.peer()
        await peer.welcome()
        for channel in ("drawings", "ops"):
            asked = asyncio.ensure_future(client.subscribe(channel))
            frame = await peer.heard()
            assert (frame["t"], frame["ch"]) == ("sub", channel)
            await peer.ok(frame)
            await asked
        unsubscribed = asyncio.ensure_future(client.unsubscribe("ops"))
        await peer.ok(await peer.heard())
        await unsubscribed
        peer.vanish()
        peer = await player.reconnect(server)
        await peer.welcome(resumed=True)
        frame = await peer.heard()
        assert (frame["t"], frame["ch"]) == ("sub", "drawings")
        await peer.err(frame, "forbidden")
        assert (await player.event("err")).ch == "drawings"
        assert not client.channels


async def test_goaway_opens_the_new_connection_before_the_old_one_closes(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client as client:
        old = await server.peer()
        await old.welcome(ledger=4)
        await old.say({"t": "goaway", "d": {"after_ms": 2000, "deadline": "2026-03-01T12:00:25.000Z"}})
        await old.say(points(5))
        await player.event("points.changed")
        await player.clock.advance(1.9)
        assert server.upgrades == 1
        await player.clock.advance(0.1)
        new = await server.peer()
        await old.say(points(6))
        await player.event("points.changed")
        assert not old.closed.is_set()
        await new.welcome(ledger=6, resumed=True)
        await new.say(points(6), points(7))
        assert (await player.event("points.changed")).seq == 7
        await asyncio.wait_for(old.closed.wait(), 10)
        assert client.connected.is_set()
        purchase = asyncio.ensure_future(client.buy_tickets(DRAWING, 3))
        await new.ok(await new.heard(), **BOUGHT)
        await purchase
        assert server.upgrades == 2


async def test_an_old_node_that_dies_before_the_hand_over_is_no_harm(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client as client:
        old = await server.peer()
        await old.welcome()
        await old.say({"t": "goaway", "d": {"after_ms": 0, "deadline": "2026-03-01T12:00:25.000Z"}})
        await until(lambda: client._active is not None and client._active.draining)
        await player.clock.advance(0)
        new = await server.peer()
        old.vanish()
        await player.offline()
        await new.welcome(resumed=True)
        await asyncio.wait_for(client.connected.wait(), 10)
        assert server.upgrades == 2


async def test_a_token_about_to_end_is_refreshed(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client:
        peer = await server.peer()
        await peer.welcome()
        await peer.say({"t": "expiring", "d": {"expires_at": "2026-03-01T12:01:00.000Z"}})
        frame = await peer.heard()
        assert (frame["t"], frame["d"]) == ("refresh", {"token": "token-2"})
        await peer.ok(frame, expires_at="2026-03-01T13:00:00.000Z")


async def test_thirty_five_silent_seconds_make_it_reconnect(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client:
        peer = await server.peer()
        await peer.welcome()
        await player.event("welcome")
        await player.clock.advance(34)
        await peer.say(points(5))
        await player.event("points.changed")
        await player.clock.advance(34.9)
        assert player.client.connected.is_set()
        await player.clock.advance(0.2)
        assert await player.reconnect(server) is not peer


@pytest.mark.parametrize("code", [4500, 4501, 4502, 4503, 4504])
async def test_it_stops_when_it_is_sent_away(server: ScriptedServer, code: int) -> None:
    async with Player(server).client as client:
        peer = await server.peer()
        await peer.welcome()
        waiting = asyncio.ensure_future(client.buy_tickets(DRAWING, 3))
        await peer.heard()
        await peer.close(code)
        with pytest.raises(Stopped) as caught:
            await waiting
        assert caught.value.code == code
        await asyncio.wait_for(client.ended.wait(), 10)
        with pytest.raises(Stopped):
            await client.read_inbox(1)


@pytest.mark.parametrize("code", [1001, 1011, 1012, 4001, 4003, 4004, 4005])
async def test_it_comes_back_after_everything_else(server: ScriptedServer, code: int) -> None:
    player = Player(server)
    async with player.client:
        peer = await server.peer()
        await peer.welcome()
        await player.event("welcome")
        await peer.close(code)
        peer = await player.reconnect(server)
        assert (await peer.welcome(resumed=True))["token"] == "token-2"


async def test_a_bad_token_is_reported_with_the_servers_words(server: ScriptedServer) -> None:
    async with Player(server).client as client:
        peer = await server.peer()
        waiting = asyncio.ensure_future(client.read_inbox(1))
        await peer.err(await peer.heard(), "unauthenticated")
        await peer.close(4500)
        with pytest.raises(Stopped, match="4500 unauthenticated"):
            await waiting


@pytest.mark.parametrize(
    ("status", "stops"), [(400, True), (401, True), (403, True), (429, False), (503, False)]
)
async def test_a_refused_upgrade_stops_it_only_if_it_stays_refused(
    server: ScriptedServer, status: int, stops: bool
) -> None:
    server.refuse_with = status
    player = Player(server)
    async with player.client as client:
        if stops:
            await asyncio.wait_for(client.ended.wait(), 10)
            return
        await until(lambda: server.upgrades == 1)
        server.refuse_with = None
        await (await player.reconnect(server)).welcome()
        await asyncio.wait_for(client.connected.wait(), 10)


async def test_an_app_that_cannot_give_a_token_stops_it(server: ScriptedServer) -> None:
    async def signed_out() -> str:
        raise PermissionError("signed out") if server.upgrades else LookupError("signed out")

    async with Client(server.url, token=signed_out, clock=VirtualClock(NOON)) as client:
        await asyncio.wait_for(client.ended.wait(), 10)
        with pytest.raises(Stopped, match="signed out"):
            await client.subscribe("drawings")


async def test_what_cannot_be_read_makes_it_reconnect(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client:
        peer = await server.peer()
        await peer.welcome()
        await player.event("welcome")
        await peer.say(cast(Any, 7))
        await player.reconnect(server)


async def test_ping_measures_how_far_the_servers_clock_is_ahead(server: ScriptedServer) -> None:
    player = Player(server)
    async with player.client as client:
        peer = await server.peer()
        with pytest.raises(Disconnected):
            await client.ping()
        await peer.welcome()
        await player.event("welcome")
        measured = asyncio.ensure_future(client.ping())
        frame = await peer.heard()
        await peer.say({"t": "pong", "id": frame["id"], "d": {"now": "2026-03-01T12:00:01.500Z"}})
        assert (await measured).total_seconds() == 1.5


async def test_activities_are_reported_as_they_are(server: ScriptedServer) -> None:
    async with Player(server).client as client:
        peer = await server.peer()
        await peer.welcome()
        batch = msgspec.convert({"activities": [A_WALK]}, LogActivities).activities
        logged = asyncio.ensure_future(client.log_activities(batch))
        frame = await peer.heard()
        assert msgspec.convert(frame["d"], LogActivities).activities == batch
        await peer.ok(frame, accepted=1, duplicates=0, flagged=0, rejected=[], points=30, balance=30)
        assert (await logged).points == 30


async def test_events_are_a_stream_that_ends_with_the_client(server: ScriptedServer) -> None:
    async with Player(server).client as client:
        stream = client.events()
        peer = await server.peer()
        await peer.welcome()
        await peer.say({"t": "unheard.of", "d": {}}, points(5))
        await peer.close(4503)
        seen = []
        with pytest.raises(Stopped):
            async for event in stream:
                seen.append(event.t)  # noqa: PERF401 - the loop ends by an exception
        assert seen == ["welcome", "unheard.of", "points.changed"]


async def test_closing_tells_whoever_still_waits(server: ScriptedServer) -> None:
    client = Player(server).client
    async with client:
        peer = await server.peer()
        await peer.welcome()
        waiting = asyncio.ensure_future(client.subscribe("drawings"))
        await peer.heard()
    with pytest.raises(Stopped):
        await waiting


def test_an_event_can_be_had_typed() -> None:
    streak = Streak(current=1, longest=2, active_today=True, minutes_missing_today=0, next_bonus_in_days=6)
    today = Today(
        steps=1, active_minutes=2, workouts=0, points_earned=3, points_cap=1000, points_remaining=997
    )
    event = Event("streak.changed", msgspec.to_builtins(StreakChanged(streak=streak, today=today)))
    assert event.payload() == StreakChanged(streak=streak, today=today)
    assert isinstance(Event("pong", {"now": "2026-03-01T12:00:00.000Z"}).payload(), Pong)
    with pytest.raises(LookupError):
        Event("unheard.of", {}).payload()


async def test_a_stream_of_events_holds_the_reader_back_until_there_is_room() -> None:
    stream = EventStream(unread_max=2)
    stream.put(Event("a", {}))
    stream.put(Event("b", {}))
    room = asyncio.ensure_future(stream.room())
    await asyncio.sleep(0)
    assert not room.done()
    assert (await anext(aiter(stream))).t == "a"
    await room
