"""Purchases of a player, from his side: offered to the drawing, taken when they are durable.

The busiest path of the product: callbacks instead of a task and futures. Purchases that wait for the same
drawing share a turn and, as a rule, a commit. The turn lasts until the last of them has its answer; if one
fails, those behind it, which were decided on what it left, are answered that nothing happened.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from actors.purchase import Offer, Sale, Settled, Wish
from actors.runtime import Outcome, Promise, StaleActivation
from fittrack.db.journal import Committed, Head, StaleLog, Unit
from fittrack.drawings.commands import BuyTickets
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import Busy, OutcomeUnknown, Problem
from fittrack.server.asking import DRAWING
from protocol.limits import FRAMES_PER_MESSAGE_MAX

if TYPE_CHECKING:
    from actors.user import UserActor

PURCHASES_AT_ONCE_MAX: Final = FRAMES_PER_MESSAGE_MAX
"""Purchases that share a turn: what one WebSocket message may ask for."""


def may_follow(actor: "UserActor", first: Intention, following: Iterable[Any]) -> int:
    """How many of the messages behind `first` are purchases in the same drawing, each under a new key.

    A key that comes a second time waits for the next turn, which knows what became of the first.
    """
    command, keys = first.command, {first.key}
    assert isinstance(command, BuyTickets), "only purchases share a turn"
    count = 0
    if first.key in actor.keys:
        return count
    for message in following:
        if count + 1 == PURCHASES_AT_ONCE_MAX or not isinstance(message, Intention):
            break
        wish, key = message.command, message.key
        if not isinstance(wish, BuyTickets) or wish.drawing_id != command.drawing_id:
            break
        if key is not None and (key in keys or key in actor.keys):
            break
        keys.add(key)
        count += 1
    return count


def buy(actor: "UserActor", intentions: Sequence[Intention]) -> list[Promise]:
    """Offer the drawing of `intentions` what is needed for these purchases, and promise each its answer.

    The last promise is settled last: the turn is to last as long.
    """
    promises = [Promise() for _ in intentions]
    _Basket(actor, intentions, promises).offer()
    return promises


class _Basket:
    """Purchases on their way through a turn, and who waits for them."""

    __slots__ = ("_actor", "_head", "_intentions", "_last", "_left", "_promises")

    def __init__(
        self, actor: "UserActor", intentions: Sequence[Intention], promises: Sequence[Promise]
    ) -> None:
        self._actor, self._intentions, self._promises = actor, intentions, promises
        self._left = len(promises)
        self._last: Outcome = None
        self._head: Head = actor.appender.durable

    def offer(self) -> None:
        actor = self._actor
        try:
            player = actor.with_profile().player
        except Problem as refusal:
            self._refuse([(at, refusal) for at in range(len(self._promises))])
            return
        wishes: list[Wish] = []
        for each in self._intentions:
            command: Any = each.command
            wishes.append(Wish(command.quantity, each.key, each.request_hash))
        drawing = actor.services.registry.ref(DRAWING, command.drawing_id)
        drawing.send(Offer(player, actor.ledger, self._head, tuple(wishes)), self._settled)

    def _settled(self, outcome: Outcome) -> None:
        """The drawing's answer: what became of each, or of all alike."""
        if isinstance(outcome, list):
            self._take(outcome)
        elif isinstance(outcome, OutcomeUnknown):
            # They may be stored or not: the log tells, and the next unit takes the place or finds it taken.
            for at in range(len(self._promises)):
                self._answer(at, StaleActivation(outcome))
        else:
            self._refuse([(at, outcome) for at in range(len(self._promises))])

    def _take(self, settled: Sequence[Settled]) -> None:
        """Each in its order, up to the first that failed: what comes behind rests on it."""
        sales: list[tuple[int, Sale]] = []
        refused: list[tuple[int, Problem]] = []
        sound = 0
        for each in settled:
            if isinstance(each, Sale):
                sales.append((sound, each))
            elif each is None or each.retryable:
                break
            else:
                refused.append((sound, each))
            sound += 1
        self._book(sales)
        for at in range(sound, len(settled)):
            self._answer(at, _failure(settled[sound], settled[at]))
        self._refuse(refused)

    def _book(self, sales: Sequence[tuple[int, Sale]]) -> None:
        """The sales are durable: head and balance follow, the player hears of it, and has his answers."""
        if not sales:
            return
        actor, rev = self._actor, self._head.rev
        for at, _ in sales:
            rev += 1
            actor.remember(self._intentions[at].key, rev)
        last = sales[-1][1]
        actor.appender.moved_to(Head(rev, last.unit_id))
        actor.booked([sale.entry for _, sale in sales])
        actor.holds(last.answer)
        for at, sale in sales:
            self._answer(at, Answer(sale.answer))

    def _refuse(self, refused: Sequence[tuple[int, Problem]]) -> None:
        """Refuse, and under a key remember it: the same key gets the same refusal."""
        actor = self._actor
        for at, refusal in refused:
            has_key = self._intentions[at].key is not None
            if not has_key and not refusal.retryable and not actor.may_show():
                actor.when_confirmed(partial(self._confirmed, at, refusal))
                continue
            actor.services.sales.refusals[refusal.code] += 1
            if has_key and not refusal.retryable:
                self._record(at, refusal)
            else:
                self._answer(at, refusal)

    def _confirmed(self, at: int, refusal: Problem, outcome: Outcome) -> None:
        """The log was compared, as nothing is written that it would fence."""
        if outcome is None:
            self._actor.services.sales.refusals[refusal.code] += 1
        self._answer(at, refusal if outcome is None else outcome)

    def _record(self, at: int, refusal: Problem) -> None:
        unit = self._actor.refusal_unit(self._intentions[at], refusal)
        try:
            self._actor.appender.submit(unit, partial(self._refused, at, unit, refusal))
        except StaleLog:
            self._answer(at, StaleActivation())
        except Busy as busy:
            self._answer(at, busy)

    def _refused(self, at: int, unit: Unit, refusal: Problem, outcome: Outcome) -> None:
        if isinstance(outcome, Committed):
            self._actor.remember(unit.idem_key, outcome.rev)
            self._answer(at, refusal)
        elif isinstance(outcome, StaleLog):
            self._answer(at, StaleActivation())
        elif isinstance(outcome, OutcomeUnknown):
            self._answer(at, StaleActivation(outcome))
        else:
            self._answer(at, outcome)

    def _answer(self, at: int, outcome: Outcome) -> None:
        """The last one's answer ends the turn: it waits for the others."""
        last = len(self._promises) - 1
        if at == last:
            self._last = outcome
        else:
            self._promises[at].settle(outcome)
        self._left -= 1
        if not self._left:
            self._promises[last].settle(self._last)


def _failure(first: Settled, own: Settled) -> Exception:
    """What is answered for one that failed, or that was decided on the `first` that did."""
    if isinstance(own, OutcomeUnknown):
        return StaleActivation(own)
    if first is None or isinstance(first, OutcomeUnknown):
        return StaleActivation()
    if own is first and isinstance(own, Problem):
        return own
    return Busy("A purchase before it was not stored; nothing happened")
