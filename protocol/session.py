"""The server's side of one connection, sans I/O: frames in, typed requests out, every limit kept.

```
 start() ─ hello ─▶ AWAITING ─ auth ─▶ AUTHENTICATING ─ welcome() ─▶ OPEN: commands, sub, unsub, refresh, ping
                       │ 10 s, bad frames     │ refuse()              │ token's end, bad frames, silence
                       └──────────────────────┴──────────▶ CLOSED ◀───┘
```

The session asks nobody for the time: `now` is monotonic seconds, an argument. It has no timer: a sweeper
calls `tick`. Whatever arrives, it raises nothing: a bad frame is answered by `err`, too many of them by 4502.
"""

from collections.abc import Sequence

from fittrack.kit.problems import (
    BodyTooLarge,
    Busy,
    Conflict,
    FieldError,
    InvalidFrame,
    Problem,
    RateLimited,
    Unauthenticated,
    Validation,
)
from protocol.channels import Channel, parse_channel
from protocol.close_codes import CloseCode
from protocol.codec import Codec, Message, Unreadable
from protocol.errors import err_of
from protocol.exchange import Exchange
from protocol.frames import EMPTY, Envelope, Frame, FrameId, Payload, frame
from protocol.handler import Phase, SessionHandler
from protocol.inbound import Auth, LogActivities
from protocol.limits import MALFORMED_FRAMES_MAX, UNAUTHENTICATED_MESSAGE_BYTES_MAX
from protocol.outbound import Expiring, Pong, Welcome
from protocol.policy import SessionPolicy
from protocol.reading import reader_for
from protocol.shapes import WireInstant, instant
from protocol.streams import Start, StreamCursor


class Session:
    """One connection. A few hundred bytes: what is equal for all is in the policy and the codec."""

    __slots__ = (
        "_codec",
        "_ends_at",
        "_expires_at",
        "_handler",
        "_heard_at",
        "_in_flight",
        "_malformed",
        "_may_resume",
        "_phase",
        "_ping_at",
        "_policy",
        "_reader",
        "_spent_until",
        "_waiting",
        "_warned",
        "channels",
        "inbox",
        "ledger",
    )

    def __init__(self, handler: SessionHandler, codec: Codec, policy: SessionPolicy) -> None:
        self._handler = handler
        self._codec = codec
        self._reader = reader_for(codec)
        self._policy = policy
        self._phase = Phase.AWAITING
        self._heard_at = 0.0
        self._ping_at = 0.0
        self._spent_until = 0.0
        self._malformed = 0
        self._in_flight = 0
        self._may_resume = False
        self._waiting: Envelope | None = None
        self._ends_at = 0.0
        self._expires_at = WireInstant("")
        self._warned = False
        self.channels: frozenset[str] | set[str] = frozenset()
        """Names of the channels subscribed to, or about to be."""
        self.ledger: StreamCursor | None = None
        """Position in the stream of points; none before `welcome`."""
        self.inbox: StreamCursor | None = None
        """Position in the stream of notifications; none before `welcome`."""

    # --- What the server tells the session ----------------------------------------------------------------

    def start(self, now: float, *, bearer: bool = False) -> None:
        """Say hello. With `bearer` the upgrade carried a token that the server is checking already."""
        self._heard_at = now
        self._ping_at = self._policy.next_ping(now)
        self._ends_at = now + self._policy.timing.auth_within
        if bearer:
            self._phase, self._may_resume = Phase.AUTHENTICATING, True
        self._handler.send(frame(self._policy.hello()))

    def welcome(self, frame_id: FrameId, welcome: Welcome, start: Start, *, token_ends: float) -> None:
        """Open the session, its streams starting at `start`. `token_ends` is monotonic seconds.

        Called a second time when a client whose upgrade carried the token resumes.
        """
        assert welcome.resumed == start.resumed, "a client must be told what it gets"
        if self._phase is Phase.CLOSED:
            return
        self._phase = Phase.OPEN
        self.ledger = StreamCursor(start.ledger, welcome.ledger_seq)
        self.inbox = StreamCursor(start.inbox, welcome.inbox_seq)
        self.renew(token_ends, welcome.expires_at)
        self._handler.send(frame(welcome, id=frame_id))
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._authenticate(waiting)

    def refuse(self, frame_id: FrameId, problem: Problem, code: CloseCode = CloseCode.BAD_TOKEN) -> None:
        """Authentication failed: say why, and close. A passing trouble takes a code that lets return."""
        self._err(frame_id, problem)
        self.close(code)

    def renew(self, token_ends: float, expires_at: WireInstant) -> None:
        """The token now ends at `token_ends` (monotonic seconds), which is `expires_at`."""
        self._ends_at, self._expires_at, self._warned = token_ends, expires_at, False

    def close(self, code: CloseCode) -> None:
        """End the session; nothing is sent or taken any more."""
        if self._phase is not Phase.CLOSED:
            self._phase = Phase.CLOSED
            self._handler.close(code)

    def lost(self) -> None:
        """The connection is gone; answers that are still to come have nobody to go to."""
        self._phase = Phase.CLOSED

    def settle(self, exchange: Exchange, answer: Frame) -> None:
        """Called by an exchange that got its answer."""
        self._in_flight -= 1
        if exchange.refused and exchange.channel is not None:
            self._forget(exchange.channel)
        if self._phase is not Phase.CLOSED:
            self._handler.send(answer)

    def send(self, payload: Payload) -> None:
        """Send a frame that belongs to no request, e.g. `goaway`."""
        if self._phase is not Phase.CLOSED:
            self._handler.send(frame(payload))

    # --- Time ---------------------------------------------------------------------------------------------

    def heard(self, now: float) -> None:
        """Something arrived, be it a pong or a part of a message: the client is alive."""
        self._heard_at = now

    def tick(self, now: float) -> bool:
        """What time brings: closes a silent, unauthenticated or expired session, warns of the token's end.

        Call it every second or so. Returns whether a WebSocket ping is due.
        """
        if self._phase is Phase.CLOSED:
            return False
        self._watch_deadlines(now)
        if now < self._ping_at or self.phase is Phase.CLOSED:
            return False
        self._ping_at = self._policy.next_ping(now)
        return True

    def _watch_deadlines(self, now: float) -> None:
        if now - self._heard_at >= self._policy.timing.silence_max:
            self.close(CloseCode.NO_HEARTBEAT)
        elif self._phase is Phase.AWAITING and now >= self._ends_at:
            # A slow phone, or a server that stood still while its `auth` lay there: it may come back.
            self.refuse(None, Unauthenticated("No `auth` in time"), CloseCode.NO_HEARTBEAT)
        elif self._phase is Phase.OPEN:
            self._watch_token(now)

    def _watch_token(self, now: float) -> None:
        timing = self._policy.timing
        if now >= self._ends_at + timing.expiry_grace:
            self.close(CloseCode.TOKEN_EXPIRED)
        elif not self._warned and now >= self._ends_at - timing.expiring_before:
            self._warned = True
            self._handler.send(frame(Expiring(expires_at=self._expires_at)))

    # --- What arrives -------------------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        """Where the session stands."""
        return self._phase

    @property
    def message_bytes_max(self) -> int:
        """Bytes an inbound message may have now; a transport may cut off larger ones unread."""
        if self._phase is Phase.OPEN:
            return self._policy.limits.activity_message_bytes
        return UNAUTHENTICATED_MESSAGE_BYTES_MAX

    @property
    def behind(self) -> bool:
        """Whether a stream has something in the log that was not sent yet."""
        return (self.ledger is not None and self.ledger.behind) or (
            self.inbox is not None and self.inbox.behind
        )

    def receive(self, data: bytes | str, now: float) -> None:
        """Take one WebSocket message: text as `str` or UTF-8 bytes, binary as bytes."""
        if self._phase is Phase.CLOSED:
            return
        self._heard_at = now
        size = len(data)
        if size > self.message_bytes_max:
            self._bad(None, _too_large(self.message_bytes_max))
            return
        message = self._codec.read(data)
        if size > self._policy.limits.message_bytes and not _logs_activities(message):
            self._refuse_message(message, _too_large(self._policy.limits.message_bytes))
        elif isinstance(message, Envelope):
            self._take(message, now)
        else:
            for part in message:
                self._take(part, now)

    def too_large(self) -> None:
        """The transport met a message above `message_bytes_max` and cannot read on: say so and close."""
        self._err(None, _too_large(self.message_bytes_max))
        self.close(CloseCode.MALFORMED)

    def _refuse_message(self, message: Message, problem: Problem) -> None:
        *others, last = _parts(message)
        for part in others:
            self._err(part.id, problem)
        self._bad(last.id, problem)

    def _take(self, part: Envelope | Unreadable, now: float) -> None:
        if self._phase is Phase.CLOSED:
            return
        if isinstance(part, Unreadable):
            self._refuse(part.id, part.problem)
            return
        budget = self._policy.budget
        spent_until = budget.spend(self._spent_until, now)
        if spent_until is None:
            self._err(part.id, RateLimited(after_ms=budget.after_ms(self._spent_until, now)))
            return
        self._spent_until = spent_until
        try:
            self._dispatch(part)
        except Problem as problem:
            self._refuse(part.id, problem)

    def _dispatch(self, envelope: Envelope) -> None:
        kind = envelope.t
        if kind == Auth.TYPE:
            self._authenticate(envelope)
        elif self._phase is not Phase.OPEN:
            raise Unauthenticated
        elif (read := self._reader.commands.get(kind)) is not None:
            if envelope.key is None:
                raise Validation(f"{kind} needs a `key`, a UUID chosen once per intention")
            command = read(envelope.d)
            self._handler.command(self._exchange(envelope), command)
        elif kind == "ping":
            self._read_nothing(envelope)
            self._handler.send(frame(Pong(now=instant(self._policy.now())), id=envelope.id))
        else:
            self._control(envelope)

    def _control(self, envelope: Envelope) -> None:
        match envelope.t:
            case "sub":
                self._subscribe(envelope)
            case "unsub":
                channel = self._channel_of(envelope)
                exchange = self._exchange(envelope)
                self._forget(str(channel))
                self._handler.unsubscribe(exchange, channel)
            case "refresh":
                token = self._reader.refresh(envelope.d).token
                self._handler.refresh(self._exchange(envelope), token)
            case _:
                raise InvalidFrame(f"There is no command {envelope.t!r}")

    def _authenticate(self, envelope: Envelope) -> None:
        auth = self._reader.auth(envelope.d)
        if self._phase is Phase.AWAITING:
            if auth.token is None:
                raise Validation("/token: Is required", errors=(FieldError("/token", "Is required"),))
            self._phase = Phase.AUTHENTICATING
        elif not self._may_resume or self._waiting is not None:
            raise Conflict("This connection has its `auth`")
        elif self._phase is Phase.AUTHENTICATING:
            self._waiting = envelope  # resumes what the upgrade's token opens, once it is open
            return
        self._may_resume = False
        self._handler.authenticate(envelope.id, auth)

    def _subscribe(self, envelope: Envelope) -> None:
        channel = self._channel_of(envelope)
        name = str(channel)
        if name not in self.channels and len(self.channels) >= self._policy.limits.channels:
            raise Conflict(f"At most {self._policy.limits.channels} channels on one connection")
        exchange = self._exchange(envelope, name)
        if not isinstance(self.channels, set):
            self.channels = set()
        self.channels.add(name)
        self._handler.subscribe(exchange, channel)

    def _forget(self, channel: str) -> None:
        if isinstance(self.channels, set):
            self.channels.discard(channel)

    def _channel_of(self, envelope: Envelope) -> Channel:
        self._read_nothing(envelope)
        if envelope.ch is None:
            raise Validation("The channel is missing", errors=(FieldError("/ch", "Is required"),))
        return parse_channel(envelope.ch)

    def _read_nothing(self, envelope: Envelope) -> None:
        if envelope.d is not EMPTY:
            self._reader.nothing(envelope.d)

    def _exchange(self, envelope: Envelope, channel: str | None = None) -> Exchange:
        if self._in_flight >= self._policy.limits.commands_in_flight:
            raise Busy("Wait for the answers to earlier commands")
        self._in_flight += 1
        return Exchange(self, envelope.id, envelope.key, channel)

    def _refuse(self, frame_id: FrameId, problem: Problem) -> None:
        if isinstance(problem, InvalidFrame):
            self._bad(frame_id, problem)
        else:
            self._err(frame_id, problem)

    def _bad(self, frame_id: FrameId, problem: Problem) -> None:
        self._err(frame_id, problem)
        self._malformed += 1
        if self._malformed >= MALFORMED_FRAMES_MAX:
            self.close(CloseCode.MALFORMED)

    def _err(self, frame_id: FrameId, problem: Problem) -> None:
        if self._phase is not Phase.CLOSED:
            self._handler.send(Frame("err", err_of(problem), frame_id))


def _too_large(limit: int) -> Problem:
    return BodyTooLarge(f"A message may have {limit} bytes here")


def _logs_activities(message: Message) -> bool:
    return any(isinstance(part, Envelope) and part.t == LogActivities.TYPE for part in _parts(message))


def _parts(message: Message) -> Sequence[Envelope | Unreadable]:
    return (message,) if isinstance(message, Envelope) else message


__all__ = ["Phase", "Session", "SessionHandler"]
