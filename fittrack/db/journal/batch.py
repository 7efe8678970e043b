"""Writing many units in one transaction: together if all can be, by halves where some cannot.

Places in the logs are assigned here, in order, from the appenders' heads. They only become the
appenders' own with the COMMIT, so that undoing is forgetting.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from fittrack.db.journal.appender import Appender, Outcome
from fittrack.db.journal.errors import StaleLog, StalePeer, UnitRefused
from fittrack.db.journal.log_table import log_table
from fittrack.db.journal.rows import PendingRows
from fittrack.db.journal.store import Fault, Store
from fittrack.db.journal.unit import Committed, Head, Unit
from fittrack.db.journal.verdict import judge

_Place = tuple[int, UUID | None]  # rev and unit; lighter than a Head, made for each unit
_Heads = dict[Appender, _Place]


class Entry(NamedTuple):
    """A unit on its way: who appends it, and who is told its outcome."""

    appender: Appender
    unit: Unit
    on_done: Callable[[Outcome], None]


class Written(NamedTuple):
    """A batch as the open transaction holds it: an outcome for each entry, and what COMMIT makes true."""

    outcomes: list[Outcome]
    heads: _Heads
    lost: dict[Appender, StaleLog]
    replayed: bool


class BatchWriter:
    """Writes batches to `store`. Raises only what ends the transaction (`Fault.DATABASE`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, entries: Sequence[Entry]) -> Written:
        """Write `entries` in order, in a transaction that is open and empty, and may be begun again."""
        heads: _Heads = {}
        if not any(entry.appender.lost for entry in entries):
            try:
                outcomes = self._together(entries, heads)
            except Exception as error:
                if self._store.fault_of(error) is Fault.DATABASE:
                    raise
                # Without a savepoint so far: it would cost every batch a copy of each page it touches.
                self._store.rollback()
                self._store.begin()
            else:
                return Written(outcomes, heads, {}, replayed=False)
        return _ByHalves(self._store, self._together).write(entries)

    def _together(self, entries: Sequence[Entry], heads: _Heads) -> list[Outcome]:
        """Write all or raise. `heads` holds the places known so far and takes the new ones."""
        pending = PendingRows(self._store)
        outcomes: list[Outcome] = []
        for appender, unit, _ in entries:
            rev, prev_unit = heads.get(appender) or appender.written
            rev += 1
            heads[appender] = (rev, unit.unit_id)
            pending.insert(appender.log.table, appender.log.row(unit, appender.key, rev, prev_unit))
            peer = unit.peer
            if peer is not None:
                pending.insert(peer.log, log_table(peer.log).row(peer, peer.key, peer.rev, peer.prev_unit))
            for table, row in unit.inserts:
                pending.insert(table, row)
            for table, row in unit.upserts:
                pending.upsert(table, row)
            if unit.statements:
                pending.write()
                for statement in unit.statements:
                    self._store.execute(statement)
            outcomes.append(Committed(rev))
        pending.write()
        return outcomes


class _ByHalves:
    """Finds the units that cannot be written: a part that fails is halved until it is one unit.

    The same as unit by unit, in order, for a few steps per failing unit instead of a few per unit.
    """

    def __init__(self, store: Store, together: Callable[[Sequence[Entry], _Heads], list[Outcome]]) -> None:
        self._store, self._together = store, together
        self._heads: _Heads = {}
        self._lost: dict[Appender, StaleLog] = {}
        self._outcomes: list[Outcome] = []

    def write(self, entries: Sequence[Entry]) -> Written:
        parts = [entries]
        while parts:
            part = parts.pop()
            if len(part) == 1:
                self._outcomes.append(self._one(part[0]))
            elif not self._all(part):
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
        return Written(self._outcomes, self._heads, self._lost, replayed=True)

    def _all(self, part: Sequence[Entry]) -> bool:
        if any(self._loss(entry.appender) for entry in part):
            return False
        heads = self._heads.copy()
        self._store.savepoint()
        try:
            outcomes = self._together(part, heads)
        except Exception as error:
            self._take_back(error)
            return False
        self._store.keep()
        self._heads = heads
        self._outcomes += outcomes
        return True

    def _one(self, entry: Entry) -> Outcome:
        appender, unit, _ = entry
        loss = self._loss(appender)
        if loss is not None:
            return StaleLog(loss.rev, loss.winner)
        before = Head(*(self._heads.get(appender) or appender.written))
        heads = self._heads.copy()
        self._store.savepoint()
        try:
            outcomes = self._together([entry], heads)
        except Exception as error:
            outcome = self._verdict(entry, before, error)
        else:
            self._store.keep()
            self._heads = heads
            return outcomes[0]
        if isinstance(outcome, StaleLog):
            self._lost[appender] = outcome
        elif isinstance(outcome, Committed) and outcome.rev == before.rev + 1:
            self._heads[appender] = (outcome.rev, unit.unit_id)
        return outcome

    def _verdict(self, entry: Entry, before: Head, error: Exception) -> Outcome:
        fault = self._take_back(error)
        if fault is not Fault.CONSTRAINT:
            return error
        appender, unit, _ = entry
        constraint = self._store.constraint_of(error)
        verdict: Committed | StaleLog | StalePeer | UnitRefused = judge(
            self._store.connection(),
            appender.log,
            appender.key,
            after=before,
            unit=unit,
            constraint=constraint,
        )
        if isinstance(verdict, BaseException):
            verdict.__cause__ = error
        return verdict

    def _take_back(self, error: Exception) -> Fault:
        fault = self._store.fault_of(error)
        if fault is Fault.DATABASE:
            raise error
        self._store.undo()
        return fault

    def _loss(self, appender: Appender) -> StaleLog | None:
        return self._lost.get(appender) or appender.lost
