"""The actor of one player: balance, streak, inbox and account are decided here, one message at a time.

A player's turn lasts until its unit is durable: nothing a player does is decided on what might not be.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from actors import (
    user_account,
    user_activities,
    user_effects,
    user_fulfilments,
    user_points,
    user_privacy,
    user_purchases,
    user_reviews,
    user_standing,
    user_trackers,
)
from actors.log_actor import LogActor
from actors.runtime import Gathering, Held, Promise, StaleActivation, asked_at
from actors.services import Services
from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.activities.commands import LogActivities, SetPrimarySource
from fittrack.activities.state import PlayerActivities
from fittrack.connections.commands import ConnectTracker, DisconnectTracker, TellOfTracker
from fittrack.db.handles import Executable, Table
from fittrack.db.journal import Unit
from fittrack.db.tables.logs import user_log
from fittrack.drawings.commands import BuyTickets
from fittrack.fulfilments.commands import ChangeFulfillment, TendPrize
from fittrack.inbox import queries as inbox_queries
from fittrack.inbox.commands import ChangePreferences, ReadInbox, ReadNotification
from fittrack.inbox.delivery import Delivered, InboxHead, deliver
from fittrack.inbox.notices import Notice
from fittrack.inbox.rules import Preferences
from fittrack.kit.ids import NotificationId, UserId, uuid7
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import NotFound, ProfileIncomplete
from fittrack.kit.standing import Role
from fittrack.leaderboards.tally import Tally
from fittrack.players import queries, shapes
from fittrack.players.messages import ApplyEffect
from fittrack.players.model import Account
from fittrack.points.award import DayAward
from fittrack.points.commands import AdjustPoints
from fittrack.points.ledger import Entry, LedgerHead
from fittrack.points.live import PlayerView, ViewPlayer
from fittrack.privacy.commands import DeleteAccount
from fittrack.pubsub.messages import player_topic
from fittrack.reviews.commands import AppealReview, ConsiderReview, ResolveReview
from fittrack.reviews.gaming.watch import Watch
from protocol.outbound import InboxChanged, InboxRead, PointsChanged, TicketsBought, TicketsChanged
from protocol.shapes import Streak, Today


class Progress(NamedTuple):
    """The day and the streak as the player sees them, good until the day ends."""

    today: Today
    streak: Streak
    until: datetime
    award: DayAward
    streak_bonus: int


class UserActor(LogActor, Gathering):
    """One player. `account` is None for an id that nobody has."""

    __slots__ = (
        "_progress",
        "account",
        "activities",
        "inbox",
        "ledger",
        "preferences",
        "synced_sources",
        "tally",
        "topic",
        "user_id",
        "watch",
    )
    log: ClassVar[Table] = user_log

    account: Account | None
    activities: PlayerActivities
    inbox: InboxHead
    ledger: LedgerHead
    preferences: Preferences
    synced_sources: Collection[str] | None
    """Sources whose activities come from their providers; None until a client tells of such a one."""
    tally: Tally | None
    """What was earned by day, once the boards are to be told of it."""
    watch: Watch | None
    """What days and devices are judged by, once a batch was logged."""

    def __init__(self, entity_id: UUID, services: Services) -> None:
        super().__init__(entity_id, services)
        self.user_id = UserId(entity_id)
        self.topic = player_topic(entity_id)
        """Where this player's connections listen."""

    async def activate(self) -> None:
        await self.reload()

    async def reload(self) -> None:
        """Hold what the database holds."""
        services = self.services
        as_of = services.clock.monotonic()
        loaded = await services.reads.run(queries.load, self.user_id, services.clock.now(), services.calendar)
        self.account, self.activities = loaded.account, loaded.activities
        self.ledger, self.inbox, self.preferences = loaded.ledger, loaded.inbox, loaded.preferences
        self.tally = self.watch = self.synced_sources = None
        self._progress: Progress | None = None
        self.begin_at(loaded.head, loaded.keys, as_of=as_of)

    def receive(self, message: Any) -> object:
        match message:
            case Intention(command=BuyTickets()) if message.key is None or message.key not in self.keys:
                return user_purchases.buy(self, (message,))[0]
            case Intention():
                return self.fulfil(message)
            case ViewPlayer():
                if message.ledger_seq > self.ledger.seq and self.as_of < asked_at():
                    raise StaleActivation(again=True)  # somebody else wrote, who could not be heard
                return self.from_memory(self.view)
            case ApplyEffect():
                return user_effects.apply(self, message)
            case TendPrize():
                return user_fulfilments.tend(self, message)
            case _:
                raise AssertionError(f"no player understands {message!r}")

    def share_turn(self, message: Any, following: Iterable[Any]) -> int:
        if isinstance(message, Intention) and isinstance(message.command, BuyTickets):
            return user_purchases.may_follow(self, message, following)
        return 0

    def receive_together(self, messages: Sequence[Intention]) -> Sequence[object]:
        *others, last = user_purchases.buy(self, messages)
        return [*map(Held, others), last]

    async def handle(self, intention: Intention) -> Answer | Promise:
        match intention.command:
            case BuyTickets():  # under a key whose former answer is forgotten
                return user_purchases.buy(self, (intention,))[0]
            case LogActivities() | SetPrimarySource() as command:
                return await user_activities.change(self, intention, command)
            case ReadInbox(up_to):
                return await self._read_inbox(intention, up_to)
            case ReadNotification(notification_id):
                return await self._read_notification(intention, notification_id)
            case ChangePreferences() as command:
                return await user_privacy.change_preferences(self, intention, command)
            case ConsiderReview() | ResolveReview() | AppealReview() as command:
                return await user_reviews.change(self, intention, command)
            case DeleteAccount() as command:
                return await user_privacy.delete_account(self, intention, command)
            case AdjustPoints() as command:
                return await user_points.adjust(self, intention, command)
            case ChangeStatus() | ChangeRole() as command:
                return await user_standing.change(self, intention, command)
            case ConnectTracker() | DisconnectTracker() | TellOfTracker():
                return await user_trackers.change(self, intention)
            case ChangeFulfillment() as command:
                return await user_fulfilments.change(self, intention, command)
            case _:
                return await user_account.change(self, intention)

    # --- What the player's other parts need ---------------------------------------------------------------

    def existing(self) -> Account:
        """The account; an actor of nobody does not stay in memory."""
        if self.account is None or self.account.is_deleted:
            self.leave()
            raise NotFound("There is no such player.")
        return self.account

    def with_profile(self) -> Account:
        """The account of somebody who may do more than complete the profile; admins need none (SPEC 1)."""
        account = self.existing()
        if not account.player.profile_complete and account.player.role is not Role.ADMIN:
            raise ProfileIncomplete
        return account

    def view(self) -> PlayerView:
        """The player as of now."""
        account, progress = self.existing(), self.progress()
        return PlayerView(
            card=account.card(),
            balance=self.ledger.balance,
            ledger_seq=self.ledger.seq,
            inbox_seq=self.inbox.seq,
            unread=self.inbox.unread,
            today=progress.today,
            streak=progress.streak,
            award=progress.award,
            streak_bonus=progress.streak_bonus,
        )

    def progress(self) -> Progress:
        """Today and the streak. Recomputed when they changed, or when the day is over."""
        now = self.services.clock.now()
        progress = self._progress
        if progress is None or now >= progress.until:
            calendar = self.services.calendar
            day = calendar.day_of(now)
            self.activities.advance(now)
            today, streak = self.activities.days.today(day), self.activities.days.streak(day)
            progress = Progress(
                shapes.today(today),
                shapes.streak(streak),
                calendar.end_of(day),
                today.award,
                today.streak_bonus,
            )
            self._progress = progress
        return progress

    def activities_changed(self) -> None:
        """What was shown of the day is no longer so."""
        self._progress = None

    def notify(self, unit: Unit, notices: list[Notice]) -> list[Delivered]:
        """Put `notices` into the inbox with `unit`, and their letters into the post, as the player wants it.

        They are told when it is durable (`delivered`). Who deleted the account is told nothing.
        """
        if self.account is None or self.account.is_deleted:
            return []
        head, delivered, letters = self.inbox, [], []
        for notice in notices:
            category = notice.notification_type
            if self.preferences.in_app(category):
                delivery = deliver(head, self.user_id, uuid7(), notice, unit.created_at)
                head = delivery.head
                delivered.append(delivery)
            if notice.letter is not None and self.preferences.by_email(category):
                letters.append(self.services.postbox.row(self.user_id, notice.letter, unit.created_at))
        unit.inserts = [*unit.inserts, *(delivery.row for delivery in delivered), *letters]
        return delivered

    def booked(self, entries: Sequence[Entry]) -> None:
        """The entries are durable: the balance follows, and the player hears of each."""
        outlet = self.services.outlet
        if entries:
            self.ledger = entries[-1].head
        if not outlet.listens(self.topic):
            return
        progress = self.progress()
        for entry in entries:
            event = PointsChanged(
                transaction=entry.transaction(),
                balance=entry.balance_after,
                today=progress.today,
                streak=progress.streak,
            )
            outlet.points_changed(self.topic, self.user_id, event)

    def delivered(self, notices: Sequence[Delivered]) -> None:
        """The notices are durable: the player hears of each."""
        for delivery in notices:
            self.inbox = delivery.head
            self.services.outlet.notified(self.topic, delivery)

    def holds(self, bought: TicketsBought) -> None:
        """A purchase, the latest, is durable: the player hears how many tickets that makes."""
        outlet = self.services.outlet
        if outlet.listens(self.topic):
            changed = TicketsChanged(
                drawing_id=bought.drawing_id, my_tickets=bought.my_tickets, odds=bought.odds
            )
            outlet.note(self.topic, self.user_id, changed, str(bought.drawing_id))

    # --- Inbox --------------------------------------------------------------------------------------------

    async def _read_inbox(self, intention: Intention, up_to: int) -> Answer:
        self.existing()
        unread = await self.services.reads.run(inbox_queries.unread_after, self.user_id, up_to)
        mark = inbox_queries.mark_read(self.user_id, up_to, self.services.clock.now())
        return await self._mark_read(intention, mark, unread)

    async def _read_notification(self, intention: Intention, notification_id: NotificationId) -> Answer:
        self.existing()
        kept = await self.services.reads.run(inbox_queries.find, self.user_id, notification_id)
        if kept is None:
            raise NotFound("There is no such notification.")
        mark = inbox_queries.mark_one_read(self.user_id, notification_id, self.services.clock.now())
        unread = self.inbox.unread if kept.notification.read else self.inbox.unread - 1
        return await self._mark_read(intention, mark, unread)

    async def _mark_read(self, intention: Intention, mark: Executable, unread: int) -> Answer:
        answer = InboxRead(unread=unread)
        unit = self.unit("inbox_read", intention, answer)
        unit.statements = [mark]
        await self.append(unit)
        self.inbox = InboxHead(self.inbox.seq, unread)
        if self.services.outlet.listens(self.topic):
            self.services.outlet.note(self.topic, self.user_id, InboxChanged(unread=unread))
        return Answer(answer)
