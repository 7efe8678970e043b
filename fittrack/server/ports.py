"""What a WebSocket connection needs of the product. The composition root implements it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fittrack.kit.ids import UserId
from fittrack.pubsub.messages import ChannelEvent, Stream, StreamEvent
from fittrack.server.principal import Principal
from protocol.channels import Channel
from protocol.exchange import Exchange
from protocol.frames import Payload
from protocol.inbound import Command
from protocol.shapes import PlayerCard, Streak, Today


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """Last positions of a player's streams, as committed."""

    ledger: int
    inbox: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPlayer:
    """What `welcome` shows: read at one moment, after the connection was registered."""

    user: PlayerCard
    balance: int
    heads: Heads
    unread: int
    streak: Streak
    today: Today


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole state of a channel at position `seq`. Return the same payload object to all who may
    see the same, and it is encoded once."""

    seq: int
    payload: Payload


class Gateway(Protocol):
    """The product behind the WebSocket. Refusals are raised, or answered, as `Problem`s."""

    async def authenticate(self, token: str, device_id: str | None) -> Principal:
        """Who `token` stands for. Raises `Unauthenticated`, or a retryable problem when nobody can tell."""

    async def renewed(self, principal: Principal) -> Principal:
        """The same session as its account stands now. Raises as `authenticate` does."""

    def revoked(self, principal: Principal) -> bool:
        """Whether the session or the account has ended; asked again after a connection registered."""

    async def open_player(self, principal: Principal) -> OpenedPlayer:
        """The player as of now. What is published after this was read is sent as events."""

    def execute(self, principal: Principal, exchange: Exchange, command: Command) -> None:
        """Do `command` under `exchange.key`; answer by `exchange.ok` or `exchange.err`, once durable.

        Called on the event loop's thread, must neither block nor raise; the answer may come at any
        later time, on the same thread.
        """

    async def audience(self, principal: Principal, channel: Channel) -> str:
        """To which audience of `channel` the principal belongs; empty where all see the same."""

    async def snapshot(self, principal: Principal, channel: Channel) -> Snapshot:
        """The state of `channel`, if `principal` may see it; else raises `Forbidden` or `NotFound`."""

    async def read_stream(
        self, user_id: UserId, stream: Stream, after_seq: int, limit: int
    ) -> Sequence[StreamEvent]:
        """The committed events that follow `after_seq`, in order, without gaps, at most `limit`."""

    async def heads(self, user_ids: Sequence[UserId]) -> Mapping[UserId, Heads]:
        """Heads of the players' streams, to find lost publications. Players it does not know are left out."""

    async def lasting_since(self, since: datetime) -> Sequence[tuple[datetime, ChannelEvent]]:
        """Every lasting event of what happened from `since` on, and when that was, in order. Which of them
        were heard it does not know."""

    async def missed(self, channel: str, after_seq: int) -> Sequence[ChannelEvent]:
        """The events that bring a subscriber at `after_seq` up to date; none when nothing is newer."""
