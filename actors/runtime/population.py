"""The actors of one kind that are in memory, and the messages on their way to them. Data, no behaviour."""

import asyncio
import enum
from collections import deque
from collections.abc import Iterator
from contextvars import ContextVar
from math import inf
from typing import Any, Final, TypeAlias

import msgspec

from actors.runtime.actor import Actor, EntityId
from actors.runtime.doubts import Doubts
from actors.runtime.kind import ActorKind
from actors.runtime.metrics import KindMetrics
from actors.runtime.promise import Listener
from actors.runtime.supervisor import Supervisor
from fittrack.kit import correlation
from fittrack.kit.clock import Timer
from fittrack.kit.tracing import Span


class Envelope(msgspec.Struct, eq=False):
    """A message on its way, and the turn it causes. A struct, since one is made for every message."""

    message: Any
    on_reply: "Listener | asyncio.Future[Any] | None"
    """None for a tell, and once the reply is given."""
    deadline: float
    """On the monotonic clock; infinite for a tell."""
    sent_at: float
    asker: "Envelope | None"
    """The turn that waits for this one's reply: the chain of askers."""
    cell: "Cell | None"
    """Whom it is for; None when that is elsewhere."""
    cause: str | None
    """On whose behalf it is sent (`kit.correlation`), handed on to what this turn sends."""
    number: int
    """Its place among all that were sent: clocks may show the same for several."""
    began: bool = False
    done: bool = False
    """Replied to; a tell: its turn is over."""
    span: Span | None = None
    """Its turn, where that is recorded."""
    bucket: "set[Envelope] | None" = None
    """Where its deadline is kept; None as long as its turn is about to come anyway."""

    @property
    def is_alive(self) -> bool:
        """Somebody waits for it, or its turn is still open (the asker may have given up before)."""
        return not self.done or (self.cell is not None and self.cell.opening is self)


class Phase(enum.Enum):
    """What an actor is doing."""

    IDLE = "idle"
    READY = "ready"
    """In the run queue, or taking turns right now."""
    IN_TURN = "in turn"
    """Waiting within a turn for something."""
    LOADING = "loading"
    """Activating, or waiting for the end of a pause before that."""
    LEAVING = "leaving"


IDLE: Final = Phase.IDLE
READY: Final = Phase.READY
IN_TURN: Final = Phase.IN_TURN
LOADING: Final = Phase.LOADING
LEAVING: Final = Phase.LEAVING

Opening: TypeAlias = "Envelope | asyncio.Task[Any] | Timer | None"


class Cell:
    """The place of one actor in memory. Survives its activations while there is something to do."""

    __slots__ = (
        "actor",
        "held",
        "id",
        "leaves_by",
        "leaving",
        "mailbox",
        "newer",
        "older",
        "opening",
        "phase",
        "population",
        "touched",
    )

    def __init__(self, population: "Population", entity_id: EntityId) -> None:
        self.population = population
        self.id = entity_id
        self.phase = IDLE
        self.actor: Actor | None = None
        self.mailbox: deque[Envelope] | None = None
        """Lent by the population while there are messages: an empty deque takes 760 bytes."""
        self.held = 0
        """Replies that wait for their outcome."""
        self.opening: Opening = None
        """What must be over before anything else begins: the open turn's envelope, the task that activates
        or passivates, the timer of a pause. Whoever ends after having been given up finds another here."""
        self.leaving = False
        """Its actor leaves when what came is finished. If it belongs elsewhere, what comes goes there."""
        self.leaves_by = inf
        """Of an actor that belongs elsewhere: from then on no turn begins here, and what waits follows."""
        self.touched = 0.0
        """When it last came to rest, to the precision of the sweeps."""
        self.older: Cell | None = None
        self.newer: Cell | None = None

    @property
    def is_quiet(self) -> bool:
        """Nothing waits, nothing runs, every reply is given."""
        return self.phase is IDLE and self.held == 0

    @property
    def doubted_at(self) -> float:
        """When an activation of this entity was lost with something under way."""
        return self.population.doubts.at(self.population.kind.name, self.id)

    def doubt(self) -> None:
        """See `Doubts.note`."""
        self.population.doubts.note(self.population.kind.name, self.id)

    def open_mailbox(self) -> "deque[Envelope]":
        """The mailbox, lent by the population if there was none."""
        mailbox = self.mailbox
        if mailbox is None:
            spare = self.population.spare_mailboxes
            mailbox = self.mailbox = spare.pop() if spare else deque()
        return mailbox

    def leave(self, actor: Actor) -> None:
        """See `Actor.leave`."""
        if self.actor is actor:
            self.leaving = True

    def discard(self, actor: Actor) -> None:
        """Forget `actor`, unless it has been replaced already. The next message makes a new one."""
        if self.actor is actor:
            self.actor = None
            if self.is_quiet:
                self.population.retire(self)


class Population:
    """The cells of one kind, by entity and in the order of their last use."""

    __slots__ = ("cells", "doubts", "kind", "metrics", "newest", "oldest", "spare_mailboxes", "supervisor")

    def __init__(self, kind: ActorKind, metrics: KindMetrics, doubts: Doubts) -> None:
        self.kind = kind
        self.doubts = doubts
        self.metrics = metrics
        self.supervisor = Supervisor(kind.supervision)
        self.cells: dict[EntityId, Cell] = {}
        self.oldest: Cell | None = None
        self.newest: Cell | None = None
        self.spare_mailboxes: list[deque[Envelope]] = []

    def open_cell(self, entity_id: EntityId) -> Cell:
        """Make a place for an actor."""
        cell = self.cells[entity_id] = Cell(self, entity_id)
        self._append(cell)
        self.metrics.active += 1
        return cell

    def retire(self, cell: Cell) -> None:
        """Take a quiet cell out of memory."""
        assert cell.is_quiet, "only what is quiet can leave"
        assert self.cells.pop(cell.id, None) is cell, "a cell leaves once"
        self._unlink(cell)
        self.metrics.active -= 1

    def touch(self, cell: Cell, now: float) -> None:
        """Note that `cell` came to rest. `now` is a coarse reading; a cell is relinked once per reading."""
        cell.touched = now
        self._unlink(cell)
        self._append(cell)

    def oldest_first(self) -> "Iterator[Cell]":
        """The cells, least recently used first. The one just given may leave before the next is asked for."""
        cell = self.oldest
        while cell is not None:
            newer = cell.newer
            yield cell
            cell = newer

    def _append(self, cell: Cell) -> None:
        newest = self.newest
        cell.older, cell.newer = newest, None
        if newest is None:
            self.oldest = cell
        else:
            newest.newer = cell
        self.newest = cell

    def _unlink(self, cell: Cell) -> None:
        older, newer = cell.older, cell.newer
        if older is None:
            self.oldest = newer
        else:
            older.newer = newer
        if newer is None:
            self.newest = older
        else:
            newer.older = older
        cell.older = cell.newer = None


running_turn: ContextVar[Envelope | None] = ContextVar("running_turn", default=None)


def _cause_of_turn() -> str | None:
    turn = running_turn.get()
    return None if turn is None else turn.cause or ""


correlation.turn_cause = _cause_of_turn


def asked_at() -> float:
    """When the message of the present turn came, on the monotonic clock. Outside of turns nothing that is
    known is new enough: infinite."""
    turn = running_turn.get()
    return inf if turn is None else turn.sent_at


def current_turn() -> Envelope | None:
    """The turn on whose behalf this code runs; None outside of turns, and when it is over and replied to."""
    turn = running_turn.get()
    return turn if turn is not None and turn.is_alive else None
