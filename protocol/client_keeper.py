"""Keeps the reference client's connection: opens, resumes, hands over, gives up.

One task (`_keep`) watches one connection at a time; after a `goaway` a second connection is opened beside it,
and takes over when it is welcome. One task (`_pump`) sends what waits.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

import aiohttp
import structlog

from fittrack.kit.clock import Clock, SystemClock, Timer
from protocol.client_connection import AUTH_ID, LOST, Connection, connect
from protocol.client_core import BackOff, Outbox, Positions, full_jitter
from protocol.client_errors import CommandRefused, Disconnected, Stopped, StreamGap
from protocol.client_events import Event, EventStream
from protocol.client_wire import Encoding, WireFrame, wire_of
from protocol.close_codes import may_reconnect

TokenProvider = Callable[[], Awaitable[str]]
"""Gives a fresh access token: at each connection, and when the present one is about to end."""

Address = str | Callable[[], str]
"""Where to connect. What gives it is asked at each connection: there may be several nodes and no balancer."""

STOP_STATUSES: Final = frozenset({400, 401, 403, 404, 426})
"""HTTP statuses of a refused upgrade that another try would not change. 429 and 5xx would."""

CLIENT_FAILED = 1008
"""The close code a client stops with when the app's own code (token, callback) fails (RFC 6455, 7.4.1)."""

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Keeper:
    """The connection's life. `Client` adds what people say over it."""

    def __init__(
        self,
        url: Address,
        *,
        token: TokenProvider,
        encoding: Encoding = "msgpack",
        device_id: str | None = None,
        positions: Positions | None = None,
        on_event: Callable[[Event], None] | None = None,
        clock: Clock | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`positions` of an earlier run resume it; `draw` gives numbers in [0, 1) for the jitter."""
        self._address = url
        self._token = token
        self._wire = wire_of(encoding)
        self._device_id = device_id
        self._on_event = on_event
        self._clock = clock or SystemClock()
        self._back_off = BackOff(draw)
        self._outbox = Outbox(lambda refusals: full_jitter(refusals, draw()))
        self._events: EventStream | None = None
        self._http: aiohttp.ClientSession | None = None
        self._active: Connection | None = None
        self._successor: asyncio.Task[int] | None = None
        self._move_timer: Timer | None = None
        self._due_timer: Timer | None = None
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopped: Stopped | None = None
        self._refusal = "sent away by the server"
        self.positions = positions or Positions()
        self.channels: set[str] = set()
        self.connected = asyncio.Event()
        """Set while a session is open."""
        self.ended = asyncio.Event()
        """Set when the client will not come back; `request` then says why."""
        self.welcome: Mapping[str, object] = {}
        """The data of the latest `welcome`."""
        self.clock_offset = timedelta()
        """How far the server's clock is ahead, as of the latest `ping`."""

    # --- For `Client` -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect."""
        self._http = aiohttp.ClientSession()
        self._spawn(self._keep())
        self._spawn(self._pump())

    async def stop(self, why: Stopped) -> None:
        """End everything, and tell whoever waits `why`."""
        self._give_up(why)
        for timer in (self._move_timer, self._due_timer):
            if timer is not None:
                timer.cancel()
        if self._active is not None:
            await self._active.close()
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def request(
        self,
        t: str,
        *,
        d: Mapping[str, object] | None = None,
        key: UUID | None = None,
        ch: str | None = None,
        durable: bool = True,
    ) -> Mapping[str, object]:
        """Send a frame, wait for its answer. A durable one waits for a connection too, and survives many.

        Raises `CommandRefused`, `OutboxFull`, `Stopped` and, if not durable, `Disconnected`.
        """
        if self._stopped is not None:
            raise self._stopped
        if not durable and not self.connected.is_set():
            raise Disconnected
        answer: asyncio.Future[Mapping[str, object]] = asyncio.get_running_loop().create_future()
        self._outbox.submit(t, lambda result: _resolve(answer, result), d=d, key=key, ch=ch, durable=durable)
        self._wake.set()
        return await answer

    def withdraw(self, t: str, channel: str) -> None:
        """Settle requests that are wanted no more."""
        for request in list(self._outbox):
            if request.t == t and request.ch == channel:
                request.settle(Disconnected())

    def open_events(self) -> EventStream:
        """A new stream of events, instead of the former one."""
        self._events = EventStream()
        if self._stopped is not None:
            self._events.end(self._stopped)
        return self._events

    # --- Connections --------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        reader = self._spawn(self._open())
        while True:
            await asyncio.wait({reader})
            if self._stopped is not None:
                return
            if self._successor is not None:
                reader, self._successor = self._successor, None
                continue
            if not may_reconnect(code := reader.result()):
                self._give_up(Stopped(code, self._refusal))
                return
            await self._clock.sleep(self._back_off.wait(self._clock.monotonic()))
            reader = self._spawn(self._open())

    async def _open(self) -> int:
        """Connect and read until the end. Returns a close code; what networks do is 1006."""
        connection: Connection | None = None
        try:
            connection = await self._connect()
            return await connection.read()
        except aiohttp.WSServerHandshakeError as error:
            if error.status in STOP_STATUSES:
                self._give_up(Stopped(error.status, "the upgrade was refused"))
            _log.info("upgrade_refused", status=error.status)
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError, StreamGap) as error:
            _log.info("connection_lost", reason=str(error) or type(error).__name__)
        finally:
            if connection is not None and connection is self._active:
                self._lose()
        return LOST

    async def _connect(self) -> Connection:
        assert self._http is not None, "start() comes first"
        auth: dict[str, object] = {"token": await self._token()}
        if self._device_id is not None:
            auth["device_id"] = self._device_id
        if (resume := self.positions.resume()) is not None:
            auth["resume"] = resume
        return await connect(
            self._http,
            self._address if isinstance(self._address, str) else self._address(),
            wire=self._wire,
            clock=self._clock,
            on_frame=self._receive,
            room=self._room,
            auth=auth,
        )

    async def _room(self) -> None:
        if self._events is not None:
            await self._events.room()

    def _lose(self) -> None:
        self._active = None
        self.connected.clear()
        self._outbox.disconnected()

    def _give_up(self, why: Stopped) -> None:
        if self._stopped is None:
            self._stopped = why
            self._outbox.abandon(why)
            self.connected.clear()
            self.ended.set()
            if self._events is not None:
                self._events.end(why)

    # --- What arrives -------------------------------------------------------------------------------------

    def _receive(self, connection: Connection, frame: WireFrame) -> None:
        data = frame.get("d")
        data = data if isinstance(data, Mapping) else {}
        match frame["t"]:
            case "err" if frame.get("id") == AUTH_ID:
                self._refusal = str(data.get("detail", ""))
            case "ok" | "err" | "pong":
                self._outbox.answered(frame, self._clock.monotonic())
                self._wake.set()
            case "welcome":
                self._welcomed(connection, data)
                self._emit(frame, data)
            case "goaway":
                self._go_away(connection, data)
            case "expiring":
                self._spawn(self._refresh())
            case _ if self._is_news(connection, frame):
                self._emit(frame, data)

    def _is_news(self, connection: Connection, frame: WireFrame) -> bool:
        channel, seq = frame.get("ch"), frame.get("seq")
        try:
            return self.positions.accept(
                str(frame["t"]),
                channel if isinstance(channel, str) else None,
                seq if isinstance(seq, int) else None,
            )
        except StreamGap:
            if connection is self._active:
                raise
            return False  # the successor is replaying what lies between

    def _emit(self, frame: WireFrame, data: Mapping[str, object]) -> None:
        channel, seq = frame.get("ch"), frame.get("seq")
        event = Event(
            str(frame["t"]),
            data,
            channel if isinstance(channel, str) else None,
            seq if isinstance(seq, int) else None,
        )
        if self._on_event is not None:
            self._on_event(event)
        if self._events is not None:
            self._events.put(event)

    def _welcomed(self, connection: Connection, data: Mapping[str, object]) -> None:
        former, self._active = self._active, connection
        self._outbox.disconnected()
        self.positions.welcomed(
            _int(data, "ledger_seq"), _int(data, "inbox_seq"), resumed=data["resumed"] is True
        )
        limits = data.get("limits")
        if isinstance(limits, Mapping) and isinstance(in_flight := limits.get("commands_in_flight"), int):
            self._outbox.in_flight_max = in_flight
        self.welcome = data
        self._back_off.opened(self._clock.monotonic())
        self._resubscribe()
        self.connected.set()
        self._wake.set()
        if former is not None and former is not connection:
            self._spawn(former.close())

    def _resubscribe(self) -> None:
        asked = {request.ch for request in self._outbox if request.t == "sub"}
        for channel in sorted(self.channels - asked):
            self._outbox.submit("sub", partial(self._resubscribed, channel), ch=channel)

    def _resubscribed(self, channel: str, answer: Mapping[str, object] | Exception) -> None:
        if isinstance(answer, CommandRefused):
            self.channels.discard(channel)
            self._emit({"t": "err", "ch": channel}, answer.data)

    def _go_away(self, connection: Connection, data: Mapping[str, object]) -> None:
        if connection is self._active and not connection.draining:
            connection.draining = True
            self._move_timer = self._clock.call_later(_int(data, "after_ms") / 1000, self._move)

    def _move(self) -> None:
        if self._active is not None and self._active.draining and self._stopped is None:
            self._successor = self._spawn(self._open())

    async def _refresh(self) -> None:
        try:
            await self.request("refresh", d={"token": await self._token()}, durable=False)
        except (Disconnected, CommandRefused, Stopped) as error:
            _log.info("refresh_failed", reason=str(error))  # the next connection asks for a token again

    # --- What is sent -------------------------------------------------------------------------------------

    async def _pump(self) -> None:
        while self._stopped is None:
            await self._wake.wait()
            self._wake.clear()
            if self._active is None:
                continue
            now = self._clock.monotonic()
            frames = [request.frame() for request in self._outbox.take(now)]
            self._plan_wake(now)
            if frames:
                await self._active.send(frames)

    def _plan_wake(self, now: float) -> None:
        if self._due_timer is not None:
            self._due_timer.cancel()
            self._due_timer = None
        if (due := self._outbox.next_due()) is not None:
            self._due_timer = self._clock.call_later(max(0.0, due - now), self._wake.set)

    def _spawn(self, work: Coroutine[object, object, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("client_failed", exc_info=error)
            self._give_up(Stopped(CLIENT_FAILED, f"{type(error).__name__}: {error}"))


def _resolve(
    answer: "asyncio.Future[Mapping[str, object]]", result: Mapping[str, object] | Exception
) -> None:
    if answer.done():
        return  # who asked waits no more
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)


def _int(data: Mapping[str, object], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int):
        raise ValueError(f"{name} is missing")  # noqa: TRY004 - the data is wrong, not the caller
    return value
