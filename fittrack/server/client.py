"""One connected client: the session, its way out, its streams and channels, put together.

Three parties call: the transport (bytes came, the socket is full, the end), the session (who is there,
what is asked for), the node (something was published, time passed, it must go).
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Final

import structlog

from fittrack.kit import jitter
from fittrack.kit.clock import Clock
from fittrack.kit.correlation import own_context
from fittrack.kit.ids import SessionId
from fittrack.kit.problems import Busy, Forbidden, Internal, OutcomeUnknown, Problem, Unauthenticated
from fittrack.pubsub.messages import PlayerNote, StreamEvent, position_of
from fittrack.server.admission import Admission
from fittrack.server.fanout import FanOut
from fittrack.server.flusher import Flusher
from fittrack.server.hub import Hub
from fittrack.server.lean_connection import LeanConnection
from fittrack.server.live_metrics import LiveMetrics
from fittrack.server.outbox import WRITE_HIGH_BYTES, WRITE_LOW_BYTES, Outbox
from fittrack.server.pinger import Pinger
from fittrack.server.ports import Gateway, Heads, OpenedPlayer
from fittrack.server.principal import Principal
from fittrack.server.streams import PlayerStreams
from fittrack.server.subscriptions import Subscriptions
from fittrack.server.welcome import token_ends, welcome_of
from fittrack.server.ws_frames import INTERNAL_ERROR, MESSAGE_TOO_BIG
from protocol.answers import Err
from protocol.channels import Channel
from protocol.close_codes import CloseCode
from protocol.codec import Codec
from protocol.exchange import Exchange
from protocol.frames import Frame, FrameId
from protocol.inbound import Auth, Command
from protocol.outbound import Refreshed
from protocol.policy import SessionPolicy
from protocol.session import Phase, Session
from protocol.shapes import instant

OPENS_WITHIN_S: Final = 15.0
"""Seconds that a sign-in waits for the player's actor: until others have taken over the actors of a node that
died, and loaded them. A client gives up after 35 s without a word."""

OPENS_AGAIN_AFTER_S: Final = 1.0
"""Seconds between two questions, on the average: thousands may wait."""

_NO_RESUME = Auth()
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClientServices:
    """What all connections of a node share: the product's gateway and the node's own parts."""

    gateway: Gateway
    clock: Clock
    policy: SessionPolicy
    hub: "Hub[Client]"
    fanout: FanOut
    flusher: Flusher
    pinger: "Pinger[Client]"
    admission: Admission
    metrics: LiveMetrics


class Client:
    """Implements `Receiver`, `SessionHandler`, `Owner`, `Connected` and `Swept`. Made by the upgrade."""

    __slots__ = (
        "_streams",
        "_subscriptions",
        "_tasks",
        "arrived_ms",
        "connection",
        "outbox",
        "principal",
        "services",
        "session",
    )

    def __init__(self, services: ClientServices, transport: asyncio.Transport, codec: Codec) -> None:
        transport.set_write_buffer_limits(high=WRITE_HIGH_BYTES, low=WRITE_LOW_BYTES)
        self.services = services
        self.principal: Principal | None = None
        self.arrived_ms = 0
        self.session = Session(self, codec, services.policy)
        self.outbox = Outbox(transport, codec, services.flusher, self)
        self.connection = LeanConnection(transport, self, bytes_max=self.session.message_bytes_max)
        self._streams: PlayerStreams | None = None
        self._subscriptions: Subscriptions | None = None
        self._tasks: set[asyncio.Task[None]] | None = None

    def start(self, bearer: str | None) -> None:
        """The upgrade is done: say hello, and sign in with the upgrade's token if it carried one."""
        self.services.hub.add(self)
        self.services.metrics.opened += 1
        self.session.start(self.services.clock.monotonic(), bearer=bearer is not None)
        if bearer is not None:
            self._begin_sign_in(None, _NO_RESUME, bearer)

    # --- from the transport -------------------------------------------------------------------------------

    def message_received(self, message: str | bytes) -> None:
        """A whole message arrived. A defect of ours ends the connection with a code, not without a word."""
        try:
            self.session.receive(message, self.services.clock.monotonic())
        except Exception:
            _log.exception("a message failed")
            self.failed()

    def connection_failing(self, code: int, reason: str) -> None:
        """The peer broke the protocol below the session's."""
        if code == MESSAGE_TOO_BIG:
            self.session.too_large()
        else:
            self._close(code, reason)

    def peer_closing(self) -> None:
        """The peer said goodbye."""
        self._leave()
        self.services.pinger.closing(self)

    def traffic_received(self) -> None:
        """The peer lives."""
        self.session.heard(self.services.clock.monotonic())

    def pause_writing(self) -> None:
        """The socket takes no more."""
        self.outbox.pause()

    def resume_writing(self) -> None:
        """The socket takes more again."""
        self.outbox.resume()

    def connection_closed(self, code: int) -> None:
        """The end, whoever wanted it."""
        self.services.metrics.close(code)
        self._leave()
        self.services.pinger.gone(self)
        # Cut the cycles: a closed connection is freed at once, after a `gc.freeze` too.
        del self.connection, self.session, self.outbox
        self._streams = self._subscriptions = None

    # --- from the session ---------------------------------------------------------------------------------

    def authenticate(self, frame_id: FrameId, auth: Auth) -> None:
        """Check who is there; the session is welcomed or refused later."""
        self._begin_sign_in(frame_id, auth, auth.token)

    def command(self, exchange: Exchange, command: Command) -> None:
        """Hand a command to the product, which answers the exchange."""
        assert self.principal is not None, "an open session has its principal"
        try:
            self.services.gateway.execute(self.principal, exchange, command)
        except Exception:
            _log.exception("a command failed", command=command.TYPE)
            exchange.err(Internal())

    def subscribe(self, exchange: Exchange, channel: Channel) -> None:
        """Answer, snapshot, events."""
        assert self.principal is not None, "an open session has its principal"
        self._channels().subscribe(self.principal, exchange, channel)

    def unsubscribe(self, exchange: Exchange, channel: Channel) -> None:
        """No more events, answer."""
        self._channels().unsubscribe(exchange, channel)

    def refresh(self, exchange: Exchange, token: str) -> None:
        """Go on with a newer token."""
        self._spawn(self._refresh(exchange, token))

    def send(self, frame: Frame) -> None:
        """Send one frame of this connection's own."""
        if type(frame.d) is Err:
            self.services.metrics.errors[frame.d.code] += 1
        self.outbox.send(self.outbox.codec.encode(frame))

    def close(self, code: CloseCode) -> None:
        """Send what waits, then close."""
        self._close(code, code.reason)

    # --- from the outbox ----------------------------------------------------------------------------------

    def reader_blocked(self) -> None:
        """From now on something must drain now and then."""
        self.services.pinger.blocked(self)

    def room_again(self) -> None:
        """Whoever stopped producing goes on."""
        self.services.pinger.unblocked(self)
        if self._streams is not None:
            self._streams.room_again()
        if self._subscriptions is not None:
            self._subscriptions.room_again()

    def reader_too_slow(self) -> None:
        """The outbox is full."""
        self.end(CloseCode.SLOW_READER)

    def failed(self) -> None:
        """What must be sent cannot be had."""
        self.session.lost()
        self._close(INTERNAL_ERROR, "internal error")

    # --- from the node ------------------------------------------------------------------------------------

    @property
    def session_id(self) -> SessionId | None:
        """The login session, once it is known."""
        return self.principal.session_id if self.principal else None

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait to be sent."""
        return self.outbox.waiting_bytes

    def publish(self, event: StreamEvent | PlayerNote) -> None:
        """Something of the player's was published."""
        if self._streams is None:
            return
        if isinstance(event, StreamEvent):
            self._streams.offer(event)
        else:
            self._streams.note(event)

    def learn(self, heads: Heads) -> None:
        """The player's streams are at least here."""
        if self._streams is not None:
            self._streams.learn(ledger=heads.ledger, inbox=heads.inbox)

    def look_again(self) -> None:
        """The account's role, status or profile changed: what it may do is read anew."""
        self._spawn(self._renew())

    def tick(self, now: float) -> None:
        """Do what time brings."""
        if self.session.tick(now):
            self.connection.ping()

    def end(self, code: CloseCode) -> None:
        """Close; what follows the code is the client's business."""
        self.session.close(code)

    def abort(self) -> None:
        """Drop the transport."""
        self.connection.abort()

    # --- inside -------------------------------------------------------------------------------------------

    def _begin_sign_in(self, frame_id: FrameId, auth: Auth, token: str | None) -> None:
        self._spawn(self._sign_in(frame_id, auth, token))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, context=own_context())
        if self._tasks is None:
            self._tasks = set()
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        if self._tasks is not None:
            self._tasks.discard(task)
            self._tasks = self._tasks or None  # an empty set takes 200 bytes

    async def _sign_in(self, frame_id: FrameId, auth: Auth, token: str | None) -> None:
        """Register first, then read the player: nothing published in between is lost."""
        gateway, policy = self.services.gateway, self.services.policy
        try:
            principal = await self._authenticated(token, auth.device_id)
            self._register(principal)
            await self.services.hub.listening(principal.user_id)
            player = await self._open_player(principal)
            if gateway.revoked(principal):
                self._refuse(frame_id, Unauthenticated("The session has ended"), CloseCode.REVOKED)
                return
        except Problem as problem:
            self._refuse(frame_id, problem)
        except Exception:
            _log.exception("a sign-in failed")
            self._refuse(frame_id, Internal())
        else:
            welcome, start = welcome_of(principal, player, auth.resume, policy.limits)
            self.session.welcome(
                frame_id, welcome, start, token_ends=token_ends(principal, self.services.clock)
            )
            self._open()

    async def _open_player(self, principal: Principal) -> OpenedPlayer:
        """The player as its actor knows it. While a node that died is missed, nobody answers for its actors:
        who comes then waits here, rather than go and come again and again, later each time."""
        clock = self.services.clock
        until = clock.monotonic() + OPENS_WITHIN_S
        while True:
            try:
                return await self.services.gateway.open_player(principal)
            except (Busy, OutcomeUnknown):
                if clock.monotonic() >= until:
                    raise
                await clock.sleep(OPENS_AGAIN_AFTER_S * (0.5 + jitter.draw()))

    async def _authenticated(self, token: str | None, device_id: str | None) -> Principal:
        if token is None:
            assert self.principal is not None, "only a session opened by its upgrade resumes without a token"
            return self.principal
        principal = await self.services.gateway.authenticate(token, device_id)
        if self.principal is not None and self.principal.user_id != principal.user_id:
            raise Forbidden("The token is another account's")
        return principal

    def _register(self, principal: Principal) -> None:
        known, self.principal = self.principal, principal
        if known is None:
            self._streams = PlayerStreams(
                principal.user_id, self.outbox, self.services.gateway.read_stream, self.services.clock
            )
            self.services.admission.settled(self)
            self.arrived_ms = position_of(self.services.clock.now())
            self.services.hub.sign_in(self, principal.user_id)

    def _refuse(self, frame_id: FrameId, problem: Problem, code: CloseCode = CloseCode.BAD_TOKEN) -> None:
        # What may pass must not send the client away for good.
        self.session.refuse(frame_id, problem, CloseCode.GOING_AWAY if problem.retryable else code)

    def _open(self) -> None:
        session = self.session
        if session.phase is Phase.OPEN and self._streams is not None:
            assert session.ledger is not None and session.inbox is not None, "an open session has positions"
            self.connection.bytes_max = session.message_bytes_max
            self._streams.start(session.ledger, session.inbox)

    async def _refresh(self, exchange: Exchange, token: str) -> None:
        try:
            principal = await self._authenticated(token, None)
        except Problem as problem:
            exchange.err(problem)
        except Exception:
            _log.exception("a refresh failed")
            exchange.err(Internal())
        else:
            self.principal = principal
            expires_at = instant(principal.expires_at)
            self.session.renew(token_ends(principal, self.services.clock), expires_at)
            exchange.ok(Refreshed(expires_at=expires_at))

    async def _renew(self) -> None:
        known = self.principal
        assert known is not None, "only accounts that are connected hear of their changes"
        try:
            principal = await self.services.gateway.renewed(known)
        except Exception as error:
            # An ended session is closed by its revocation; whoever cannot be looked up comes back.
            _log.warning("a standing could not be read anew", error=type(error).__name__)
            self.end(CloseCode.GOING_AWAY)
            return
        if principal.role is not known.role:
            self.end(CloseCode.GOING_AWAY)  # it comes back as what it is now: its channels were the former's
        elif self.principal is known:
            self.principal = principal

    def _channels(self) -> Subscriptions:
        if self._subscriptions is None:
            services = self.services
            gateway = services.gateway
            self._subscriptions = Subscriptions(
                services.fanout, self.outbox, gateway.snapshot, gateway.audience
            )
        return self._subscriptions

    def _close(self, code: int, reason: str) -> None:
        self.outbox.flush()
        self._leave()
        self.connection.close(code, reason)
        self.services.pinger.closing(self)

    def _leave(self) -> None:
        """Nothing reaches this client any more."""
        self.session.lost()
        self.outbox.shut()
        self.services.admission.settled(self)
        self.services.hub.remove(self, self.principal.user_id if self.principal else None)
        for task in self._tasks or ():
            task.cancel()
        if self._streams is not None:
            self._streams.stop()
        if self._subscriptions is not None:
            self._subscriptions.stop()
