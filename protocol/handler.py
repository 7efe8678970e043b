"""What a session needs of the server around it, and where a session stands."""

from enum import Enum
from typing import Protocol

from protocol.channels import Channel
from protocol.close_codes import CloseCode
from protocol.exchange import Exchange
from protocol.frames import Frame, FrameId
from protocol.inbound import Auth, Command


class Phase(Enum):
    """Where a session stands."""

    AWAITING = "awaiting"
    AUTHENTICATING = "authenticating"
    OPEN = "open"
    CLOSED = "closed"


class SessionHandler(Protocol):
    """What a session tells the server. Called synchronously from `receive` and `tick`; must not raise."""

    def authenticate(self, frame_id: FrameId, auth: Auth) -> None:
        """Answer by `Session.welcome` or `Session.refuse`, now or later."""

    def command(self, exchange: Exchange, command: Command) -> None:
        """Do `command` under `exchange.key` and answer the exchange."""

    def subscribe(self, exchange: Exchange, channel: Channel) -> None:
        """Answer the exchange, then send the snapshot, then the events."""

    def unsubscribe(self, exchange: Exchange, channel: Channel) -> None:
        """Send no more events, answer the exchange."""

    def refresh(self, exchange: Exchange, token: str) -> None:
        """Check the token, tell `Session.renew`, answer the exchange."""

    def send(self, frame: Frame) -> None:
        """Put `frame` into the outbox."""

    def close(self, code: CloseCode) -> None:
        """Send what is in the outbox, then close with `code`."""
