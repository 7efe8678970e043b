"""The actor of one drawing: sells its tickets, keeps its countdown, takes it through its life.

Sales are pipelined: a purchase's turn ends when its unit is handed to the journal, its reply waits for
the commit. Whatever else changes the drawing first waits until no sale is in flight.
"""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import structlog

from actors import drawing_prizes, free_entry
from actors.comparison import settle_by
from actors.countdown import Countdown
from actors.drawing_changes import DrawingChanges
from actors.drawing_edits import DrawingEdits
from actors.drawing_life import DrawingLife
from actors.log_actor import LogActor
from actors.purchase import DrawingSide, Offer, OfferReply, Sale, decide
from actors.runtime import Held, Outcome, Promise
from actors.services import Services
from fittrack.db import log_queries
from fittrack.db.handles import Connection, Table
from fittrack.db.journal import Committed, Head, StaleLog, StalePeer, Unit
from fittrack.db.tables.logs import drawing_log
from fittrack.drawings import entry_queries, queries
from fittrack.drawings.commands import (
    AddPrize,
    CreateDrawing,
    DeleteDrawing,
    EditDrawing,
    EditPrize,
    RecordFreeEntry,
    RemovePrize,
    TendDrawing,
)
from fittrack.drawings.eligibility import check_eligible
from fittrack.drawings.messages import BeaconArrived, SponsorRenamed, TellTime, View, ViewDrawing
from fittrack.drawings.rules import check_sales
from fittrack.drawings.stored import StoredDrawing
from fittrack.fulfilments.commands import AddFulfillment, Redraw, ReturnPrize
from fittrack.kit.ids import DrawingId, UserId
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import Busy, NotFound, OutcomeUnknown, Problem
from fittrack.schedule.messages import MakeDrawing

log = structlog.get_logger(__name__)


class _Loaded(NamedTuple):
    """A drawing in one read snapshot."""

    head: Head
    keys: dict[UUID, int]
    stored: StoredDrawing | None
    tickets_by_holder: dict[UUID, int]


class DrawingActor(LogActor):
    """One drawing. `stored` is None until it is created."""

    __slots__ = (
        "_is_telling",
        "countdown",
        "edits",
        "life",
        "stored",
        "subject",
        "tickets_by_holder",
        "total_tickets",
    )
    log: ClassVar[Table] = drawing_log

    stored: StoredDrawing | None
    tickets_by_holder: dict[UUID, int]
    """What is durable; sales in flight are counted when they are (the output gate)."""
    total_tickets: int

    def __init__(self, entity_id: UUID, services: Services) -> None:
        super().__init__(entity_id, services)
        self.subject = str(entity_id)
        """The drawing in the words of its purchases."""
        changes = DrawingChanges(self, services)
        self.edits = DrawingEdits(self, services, changes)
        self.life = DrawingLife(self, services, changes)
        self.countdown = Countdown(self, services)
        self._is_telling = False
        """Whether a tick waits for the log."""

    @property
    def drawing_id(self) -> DrawingId:
        return DrawingId(self.entity_id)

    async def activate(self) -> None:
        now, as_of = self.services.clock.now(), self.services.clock.monotonic()
        loaded = await self.services.reads.run(_load, self.drawing_id, now)
        self.begin_at(loaded.head, loaded.keys, as_of=as_of)
        self.stored = loaded.stored
        self.tickets_by_holder = loaded.tickets_by_holder
        self.total_tickets = sum(loaded.tickets_by_holder.values())
        self.countdown.rearm()

    async def passivate(self) -> None:
        self.countdown.stop()

    def receive(self, message: Any) -> object:
        match message:
            case Offer():
                return self._sell(message)
            case Intention():
                return self.fulfil(message)
            case ViewDrawing():
                return self.from_memory_meanwhile(partial(self.view, message.user_id))
            case TellTime():
                return self._tell_time()
            case TendDrawing():
                return self.life.tend()
            case BeaconArrived():
                return self.life.receive_beacon(message.beacon)
            case SponsorRenamed():
                self.edits.rename_sponsor(message)
                return None
            case _:
                raise AssertionError(f"no drawing understands {message!r}")

    def busy_with(self) -> bool:
        return super().busy_with() or self.countdown.is_running

    async def handle(self, intention: Intention) -> Answer:
        """Change the drawing, once everything that was sold is durable."""
        await self.appender.settled()
        match intention.command:
            case MakeDrawing() as wish:
                return Answer(await self.edits.make(intention, wish))
            case (
                CreateDrawing() | EditDrawing() | DeleteDrawing() | AddPrize() | EditPrize() | RemovePrize()
            ) as edit:
                return Answer(await self.edits.change(intention, edit))
            case RecordFreeEntry() as wish:
                return await free_entry.record(self, intention, wish)
            case Redraw() | ReturnPrize() | AddFulfillment() as wish:
                return await drawing_prizes.decide(self, intention, wish)
            case _:
                return Answer(await self.life.change(intention))

    def _tell_time(self) -> object:
        if self.may_show():
            self.countdown.tell()
            return None
        if self._is_telling:
            return None
        self._is_telling = True
        told = Promise()
        self.when_confirmed(partial(self._tell_confirmed, told))
        return Held(told)

    def _tell_confirmed(self, told: Promise, outcome: Outcome) -> None:
        self._is_telling = False
        if isinstance(outcome, Busy):  # the database does not answer: time goes on
            log.info("drawing.not_confirmed", drawing_id=self.subject)
            outcome = None
        settle_by(self.countdown.tell, told, outcome)

    def view(self, user_id: UserId | None = None) -> View:
        """The drawing as it is. Raises `NotFound` when there is none."""
        mine = 0 if user_id is None else self.tickets_by_holder.get(user_id, 0)
        return View(self.existing(), self.total_tickets, len(self.tickets_by_holder), mine)

    def existing(self) -> StoredDrawing:
        """What is stored; an actor of no drawing does not stay in memory."""
        if self.stored is None:
            self.leave()
            raise NotFound("There is no such drawing.")
        return self.stored

    def hold(self, holder: UUID, tickets: int) -> None:
        """Count tickets that are durable, and tell of them."""
        self.tickets_by_holder[holder] = self.tickets_by_holder.get(holder, 0) + tickets
        self.total_tickets += tickets
        self.countdown.note_change()

    def _sell(self, offer: Offer) -> object:
        """Decide on purchases now. The reply says what became of each wish, once all have an outcome."""
        services, drawing = self.services, self.existing().drawing
        services.clock_watch.check()
        now = services.clock.now()
        try:
            check_sales(drawing, now)
            check_eligible(
                drawing,
                offer.player,
                now,
                calendar=services.calendar,
                excluded_states=services.excluded_states,
            )
        except Problem as ineligible:
            return self._refuse(ineligible)
        holder = offer.player.user_id
        side = DrawingSide(drawing, self.subject, self.tickets_by_holder.get(holder, 0), self.total_tickets)
        reply, refusal = OfferReply(len(offer.wishes)), None
        for at, decision in enumerate(decide(offer, side, now)):
            if isinstance(decision, Problem):
                reply.put(at, decision)
            elif refusal is not None:
                reply.put(at, refusal)  # it would follow one that is not there
            else:
                refusal = self._hand_in(decision, holder, reply, at)
        return Held(reply.promise)

    def _refuse(self, refusal: Problem) -> object:
        """The log checks a sale, but no refusal: nobody is refused for what has changed elsewhere."""
        return self.from_memory_meanwhile(partial(_raise, refusal))

    def _hand_in(self, sold: tuple[Unit, Sale], holder: UUID, reply: OfferReply, at: int) -> Busy | None:
        """Give a sale to the journal. Returns why that cannot be."""
        unit, sale = sold
        try:
            self.appender.submit(unit, partial(self._sold, sale, holder, reply, at))
        except StaleLog:
            refusal = self._overtaken()
        except Busy as busy:
            refusal = busy
        else:
            return None
        reply.put(at, refusal)
        return refusal

    def _sold(self, sale: Sale, holder: UUID, reply: OfferReply, at: int, outcome: Outcome) -> None:
        """The outcome of a sale: only what is durable is counted, and told."""
        if isinstance(outcome, Committed):
            self.hold(holder, sale.answer.quantity)
            self.services.sales.sold(sale.answer.quantity)
            reply.put(at, sale)
        elif isinstance(outcome, StalePeer):
            reply.put(at, None)  # nothing happened, and nothing of it is ours
        elif isinstance(outcome, StaleLog):
            reply.put(at, self._overtaken())
        elif isinstance(outcome, OutcomeUnknown):
            self.doubt()  # the log tells what became of it
            reply.put(at, outcome)
        elif isinstance(outcome, Problem):
            reply.put(at, outcome)
        else:
            reply.fail(at, outcome)

    def _overtaken(self) -> Busy:
        """Another activation writes this log: the next message is for one that knows its end."""
        self.discard()
        return Busy("Somebody else changed it at the same time")


def _raise(refusal: Problem) -> None:
    raise refusal


def _load(conn: Connection, drawing_id: DrawingId, now: datetime) -> _Loaded:
    return _Loaded(
        log_queries.head(conn, drawing_log, drawing_id),
        log_queries.recent_keys(conn, drawing_log, drawing_id, now - log_queries.KEY_LIFETIME),
        queries.load(conn, drawing_id),
        entry_queries.holdings(conn, drawing_id),
    )
