"""A small product behind the WebSocket: players with a ledger, an inbox and channels, kept in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from fittrack.kit.clock import Clock
from fittrack.kit.ids import DrawingId, SessionId, UserId, uuid7
from fittrack.kit.problems import Busy, NotFound, Problem, Unauthenticated
from fittrack.kit.standing import AccountStatus, Role
from fittrack.pubsub.memory_broker import MemoryBroker
from fittrack.pubsub.messages import (
    REVOCATIONS,
    ChannelEvent,
    PlayerNote,
    Revocation,
    Stream,
    StreamEvent,
    channel_topic,
    player_topic,
)
from fittrack.server.ports import Heads, OpenedPlayer, Snapshot
from fittrack.server.principal import Principal
from protocol.channels import Channel, DrawingChannel
from protocol.exchange import Exchange
from protocol.frames import Payload
from protocol.inbound import BuyTickets, Command, ReadInbox
from protocol.outbound import (
    DrawingClosed,
    DrawingTick,
    InboxRead,
    Notification,
    OpsSnapshot,
    PointsChanged,
    StreakChanged,
    TicketsBought,
)
from protocol.shapes import PlayerCard, Streak, Today, Transaction, instant

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
STREAK = Streak(current=3, longest=9, active_today=False, minutes_missing_today=30, next_bonus_in_days=4)
TODAY = Today(steps=0, active_minutes=0, workouts=0, points_earned=0, points_cap=1000, points_remaining=1000)
TOKEN_LIFE = timedelta(hours=1)


class Product:
    """Implements `Gateway`. What is in its logs is committed."""

    def __init__(self, broker: MemoryBroker, clock: Clock) -> None:
        self.broker = broker
        self.clock = clock
        self.principals: dict[str, Principal] = {}
        self.logs: dict[tuple[UserId, Stream], list[StreamEvent]] = {}
        self.revoked_sessions: set[SessionId] = set()
        self.refuse_tokens: Problem | None = None
        self.unanswered: list[Exchange] = []
        self.answers_commands = True
        self.commands: list[Command] = []
        self.channels: dict[str, tuple[int, Payload]] = {}
        self.lost_events: dict[str, list[ChannelEvent]] = {}
        self.happened: list[tuple[datetime, ChannelEvent]] = []
        self.opening = asyncio.Event()
        self.opening.set()
        self.nobody_opens = False
        self.asked_in_vain = 0
        self.snapshots = asyncio.Event()
        self.snapshots.set()
        self.asked_for_snapshot = asyncio.Event()
        self.asked_to_open = asyncio.Event()
        self.failing_reads = 0
        self.defect: Exception | None = None
        self.reads: list[int] = []

    # --- Gateway ------------------------------------------------------------------------------------------

    async def authenticate(self, token: str, device_id: str | None) -> Principal:
        if self.refuse_tokens is not None:
            raise self.refuse_tokens
        principal = self.principals.get(token)
        if principal is None or principal.expires_at <= self.clock.now():
            raise Unauthenticated
        return principal

    async def renewed(self, principal: Principal) -> Principal:
        return principal

    def revoked(self, principal: Principal) -> bool:
        return principal.session_id in self.revoked_sessions

    async def open_player(self, principal: Principal) -> OpenedPlayer:
        user_id = principal.user_id
        heads = Heads(ledger=len(self.log(user_id, "ledger")), inbox=len(self.log(user_id, "inbox")))
        self.asked_to_open.set()
        await self.opening.wait()
        if self.nobody_opens:
            self.asked_in_vain += 1
            raise Busy
        card = PlayerCard(user_id=user_id, email="p@fittrack.example", role="user", status="active")
        return OpenedPlayer(
            user=card, balance=heads.ledger * 10, heads=heads, unread=0, streak=STREAK, today=TODAY
        )

    def execute(self, principal: Principal, exchange: Exchange, command: Command) -> None:
        self.commands.append(command)
        if self.defect is not None:
            raise self.defect
        if not self.answers_commands:
            self.unanswered.append(exchange)
            return
        match command:
            case BuyTickets():
                exchange.ok(bought(command))
            case ReadInbox():
                exchange.ok(InboxRead(unread=0))
            case _:
                exchange.err(NotFound())

    async def audience(self, principal: Principal, channel: Channel) -> str:
        return ""

    async def snapshot(self, principal: Principal, channel: Channel) -> Snapshot:
        self.asked_for_snapshot.set()
        found = self.channels.get(str(channel))
        await self.snapshots.wait()
        if found is None:
            raise NotFound("There is no such drawing")
        return Snapshot(*found)

    async def read_stream(
        self, user_id: UserId, stream: Stream, after_seq: int, limit: int
    ) -> Sequence[StreamEvent]:
        self.reads.append(after_seq)
        if self.failing_reads:
            self.failing_reads -= 1
            raise ConnectionError("the database is away")
        return self.log(user_id, stream)[after_seq : after_seq + limit]

    async def heads(self, user_ids: Sequence[UserId]) -> Mapping[UserId, Heads]:
        return {
            user_id: Heads(ledger=len(self.log(user_id, "ledger")), inbox=len(self.log(user_id, "inbox")))
            for user_id in user_ids
        }

    async def lasting_since(self, since: datetime) -> Sequence[tuple[datetime, ChannelEvent]]:
        return [(at, event) for at, event in self.happened if at >= since]

    async def missed(self, channel: str, after_seq: int) -> Sequence[ChannelEvent]:
        return [event for event in self.lost_events.get(channel, []) if event.seq > after_seq]

    # --- what tests do with it ----------------------------------------------------------------------------

    def log(self, user_id: UserId, stream: Stream) -> list[StreamEvent]:
        return self.logs.setdefault((user_id, stream), [])

    def sign_up(self, *, user_id: UserId | None = None, life: timedelta = TOKEN_LIFE) -> str:
        """A token of a (new) account."""
        token = f"token-{uuid4()}"
        self.principals[token] = Principal(
            user_id=user_id or UserId(uuid7()),
            session_id=SessionId(uuid7()),
            role=Role.USER,
            status=AccountStatus.ACTIVE,
            profile_complete=True,
            expires_at=self.clock.now() + life,
        )
        return token

    def user_of(self, token: str) -> UserId:
        return self.principals[token].user_id

    def earn(self, user_id: UserId, *, publish: bool = True, with_event: bool = True) -> StreamEvent:
        """Commit ten points, and tell."""
        log = self.log(user_id, "ledger")
        event = StreamEvent(user_id, "ledger", len(log) + 1, points_changed(len(log) + 1))
        log.append(event)
        if publish:
            told = event if with_event else StreamEvent(user_id, "ledger", event.seq)
            self.broker.publish(player_topic(user_id), told)
        return event

    def notify(self, user_id: UserId) -> StreamEvent:
        """Commit a notification, and tell."""
        log = self.log(user_id, "inbox")
        event = StreamEvent(user_id, "inbox", len(log) + 1, notification(len(log) + 1))
        log.append(event)
        self.broker.publish(player_topic(user_id), event)
        return event

    def tell_streak(self, user_id: UserId, current: int) -> None:
        streak = Streak(
            current=current, longest=9, active_today=True, minutes_missing_today=0, next_bonus_in_days=1
        )
        note = PlayerNote(user_id, StreakChanged(streak=streak, today=TODAY))
        self.broker.publish(player_topic(user_id), note)

    def revoke(self, token: str, *, whole_account: bool = False) -> None:
        principal = self.principals[token]
        self.revoked_sessions.add(principal.session_id)
        session_id = None if whole_account else principal.session_id
        self.broker.publish(REVOCATIONS, Revocation(principal.user_id, session_id))

    def open_drawing(self) -> str:
        """The channel of a new drawing."""
        channel = str(DrawingChannel(DrawingId(uuid7())))
        self.channels[channel] = 1, OpsSnapshot(live=None, alerts=[], actions=[])
        return channel

    def tick(self, channel: str, seq: int, tickets: int = 0) -> None:
        self.broker.publish(channel_topic(channel), ChannelEvent(channel, seq, tick(tickets)))

    def lose_tick(self, channel: str, seq: int, tickets: int = 0) -> None:
        """A tick that another node published and this one never heard of."""
        self.lost_events.setdefault(channel, []).append(ChannelEvent(channel, seq, tick(tickets)))

    def close_drawing(self, channel: str, seq: int, *, lost: bool = False) -> None:
        """Close it, and tell; if that is `lost`, only the database knows."""
        event = ChannelEvent(channel, seq, closed(channel), lasting=True, once=f"closed {channel} {seq}")
        self.happened.append((self.clock.now(), event))
        if not lost:
            self.broker.publish(channel_topic(channel), event)


def bought(command: BuyTickets) -> TicketsBought:
    return TicketsBought(
        transaction_id=uuid7(),
        drawing_id=command.drawing_id,
        quantity=command.quantity,
        points_spent=command.quantity * 100,
        balance=0,
        my_tickets=command.quantity,
        odds=1.0,
    )


def points_changed(seq: int) -> PointsChanged:
    transaction = Transaction(
        transaction_id=uuid7(),
        seq=seq,
        transaction_type="earn",
        amount=10,
        balance_after=seq * 10,
        reference_type=None,
        reference_id=None,
        description="a walk",
        created_at=instant(START),
    )
    return PointsChanged(transaction=transaction, balance=seq * 10, today=TODAY, streak=STREAK)


def notification(seq: int) -> Notification:
    return Notification(
        notification_id=uuid7(),
        notification_type="general",
        title="News",
        body=f"number {seq}",
        reference_type=None,
        reference_id=None,
        created_at=instant(START),
        read=False,
        unread=seq,
    )


def tick(tickets: int) -> DrawingTick:
    now = instant(START)
    return DrawingTick(status="open", closes_at=now, draws_at=now, now=now, tickets=tickets, entrants=1)


def closed(channel: str) -> DrawingClosed:
    now = instant(START)
    return DrawingClosed(
        drawing_id=UUID(channel.removeprefix("drawing:")),
        closed_at=now,
        root="00" * 32,
        tickets=7,
        entrants=1,
        draws_at=now,
    )
