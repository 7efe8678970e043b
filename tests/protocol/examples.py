"""Examples of what goes over the wire, and a server that writes down what its session tells it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from protocol.channels import Channel
from protocol.close_codes import CloseCode
from protocol.codec import JSON, Codec
from protocol.exchange import Exchange
from protocol.frames import Frame, FrameId
from protocol.inbound import Auth, Command
from protocol.limits import Limits
from protocol.outbound import Err, Welcome
from protocol.policy import SessionPolicy
from protocol.session import Session
from protocol.shapes import PlayerCard, Streak, Today, instant
from protocol.streams import start_from

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DRAWING = UUID("0195b8f0-0000-7000-8000-000000000001")
KEY = UUID("0195b8f0-0000-7000-8000-000000000002")
PLAYER = UUID("0195b8f0-0000-7000-8000-000000000003")

A_WALK: Mapping[str, object] = {
    "activity_type": "steps",
    "start_time": "2026-03-01T11:00:00Z",
    "end_time": "2026-03-01T11:30:00Z",
    "duration_minutes": 30,
    "metrics": {"steps": 3200},
    "source": "fitbit",
    "external_id": "walk-1",
}
A_PURCHASE: Mapping[str, object] = {
    "t": "tickets.buy",
    "id": 7,
    "key": str(KEY),
    "d": {"drawing_id": str(DRAWING), "quantity": 3},
}


def a_policy(**limits: int) -> SessionPolicy:
    return SessionPolicy(
        now=lambda: NOON, server="fittrack/test", node="n1", limits=Limits(**limits), jitter=lambda: 0.5
    )


def a_welcome(*, ledger_seq: int = 4, inbox_seq: int = 2, resumed: bool = False) -> Welcome:
    return Welcome(
        session_id=KEY,
        user=PlayerCard(user_id=PLAYER, email="p@example.com", role="user", status="active"),
        balance=120,
        ledger_seq=ledger_seq,
        inbox_seq=inbox_seq,
        unread=1,
        streak=Streak(current=1, longest=3, active_today=True, minutes_missing_today=0, next_bonus_in_days=6),
        today=Today(
            steps=3200,
            active_minutes=30,
            workouts=0,
            points_earned=30,
            points_cap=1000,
            points_remaining=970,
        ),
        expires_at=instant(NOON),
        limits=Limits(),
        resumed=resumed,
    )


class RecordingServer:
    """Writes down what a session asks of it; answers when the test says so."""

    def __init__(self) -> None:
        self.sent: list[Frame] = []
        self.auths: list[tuple[FrameId, Auth]] = []
        self.commands: list[tuple[Exchange, Command]] = []
        self.subscribed: list[tuple[Exchange, Channel]] = []
        self.unsubscribed: list[tuple[Exchange, Channel]] = []
        self.refreshed: list[tuple[Exchange, str]] = []
        self.closed: list[CloseCode] = []

    def authenticate(self, frame_id: FrameId, auth: Auth) -> None:
        self.auths.append((frame_id, auth))

    def command(self, exchange: Exchange, command: Command) -> None:
        self.commands.append((exchange, command))

    def subscribe(self, exchange: Exchange, channel: Channel) -> None:
        self.subscribed.append((exchange, channel))

    def unsubscribe(self, exchange: Exchange, channel: Channel) -> None:
        self.unsubscribed.append((exchange, channel))

    def refresh(self, exchange: Exchange, token: str) -> None:
        self.refreshed.append((exchange, token))

    def send(self, frame: Frame) -> None:
        assert not self.closed, "nothing is sent after the close"
        self.sent.append(frame)

    def close(self, code: CloseCode) -> None:
        assert not self.closed, "a connection closes once"
        self.closed.append(code)

    @property
    def last(self) -> Frame:
        return self.sent[-1]

    @property
    def handled(self) -> int:
        """Frames sent, and requests that wait for their answer."""
        asked = len(self.auths) + len(self.commands) + len(self.refreshed)
        return len(self.sent) + asked + len(self.subscribed) + len(self.unsubscribed)

    def errors(self) -> list[str]:
        return [frame.d.code for frame in self.sent if isinstance(frame.d, Err)]


class Line:
    """A client's end of one session, in plain maps, with a clock in its hand."""

    def __init__(
        self,
        codec: Codec = JSON,
        policy: SessionPolicy | None = None,
        *,
        bearer: bool = False,
        server: RecordingServer | None = None,
    ) -> None:
        self.server = server or RecordingServer()
        self.codec = codec
        self.session = Session(self.server, codec, policy or a_policy())
        self.now = 1000.0
        self.session.start(self.now, bearer=bearer)

    def say(self, *frames: Mapping[str, Any]) -> None:
        """One frame alone, several as a list."""
        self.say_raw(self.encode(frames[0] if len(frames) == 1 else list(frames)))

    def say_raw(self, data: bytes | str) -> None:
        self.session.receive(data, self.now)

    def encode(self, content: object) -> bytes:
        return msgspec.msgpack.encode(content) if self.codec.binary else msgspec.json.encode(content)

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return self.session.tick(self.now)


def signed_in(
    codec: Codec = JSON,
    policy: SessionPolicy | None = None,
    *,
    token_s: float = 3600.0,
    server: RecordingServer | None = None,
) -> Line:
    """A line whose session is open, with what was sent so far forgotten."""
    line = Line(codec, policy, server=server)
    line.say({"t": "auth", "id": 0, "d": {"token": "good"}})
    welcome = a_welcome()
    start = start_from(None, ledger_head=welcome.ledger_seq, inbox_head=welcome.inbox_seq)
    line.session.welcome(0, welcome, start, token_ends=line.now + token_s)
    line.server.sent.clear()
    return line
