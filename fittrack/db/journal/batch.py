"""Writing many units in one transaction: together if all can be, by halves where some cannot.

Places in the logs are assigned here, in order, from where the logs end. They only become true with the
COMMIT, so that undoing is forgetting.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from fittrack.db.journal.errors import StaleLog, StalePeer, UnitRefused
from fittrack.db.journal.load import End, Outcome
from fittrack.db.journal.log_table import log_table
from fittrack.db.journal.rows import PendingRows
from fittrack.db.journal.store import Fault, Store
from fittrack.db.journal.unit import Committed, Head, Unit
from fittrack.db.journal.verdict import judge

_Place = tuple[int, UUID | None]  # rev and unit; lighter than a Head, made for each unit
_Entry = tuple[int, Unit]  # the number of the log's end, and what is to go behind it
_Together = Callable[[Sequence[End], Sequence[_Entry], list[_Place]], list[Outcome]]


class Written(NamedTuple):
    """A batch as the open transaction holds it: an outcome for each unit, true with the COMMIT."""

    outcomes: list[Outcome]
    replayed: bool


class BatchWriter:
    """Writes batches to `store`. Raises only what ends the transaction (`Fault.DATABASE`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, ends: Sequence[End], entries: Sequence[_Entry]) -> Written:
        """Write `entries` in order, in a transaction that is open and empty, and may be begun again."""
        if not any(end.lost for end in ends):
            try:
                outcomes = self._together(ends, entries, _places(ends))
            except Exception as error:
                if self._store.fault_of(error) is Fault.DATABASE:
                    raise
                # Without a savepoint so far: it would cost every batch a copy of each page it touches.
                self._store.rollback()
                self._store.begin()
            else:
                return Written(outcomes, replayed=False)
        return Written(_ByHalves(self._store, self._together, ends).write(entries), replayed=True)

    def _together(
        self, ends: Sequence[End], entries: Sequence[_Entry], places: list[_Place]
    ) -> list[Outcome]:
        """Write all or raise. `places` holds where the logs end so far and takes the new ones."""
        pending = PendingRows(self._store)
        outcomes: list[Outcome] = []
        for number, unit in entries:
            end = ends[number]
            rev, prev_unit = places[number]
            rev += 1
            places[number] = (rev, unit.unit_id)
            pending.insert(end.log, log_table(end.log).row(unit, end.key, rev, prev_unit))
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


def _places(ends: Sequence[End]) -> list[_Place]:
    return [(end.rev, end.unit_id) for end in ends]


class _ByHalves:
    """Finds the units that cannot be written: a part that fails is halved until it is one unit.

    The same as unit by unit, in order, for a few steps per failing unit instead of a few per unit.
    """

    def __init__(self, store: Store, together: _Together, ends: Sequence[End]) -> None:
        self._store, self._together, self._ends = store, together, ends
        self._places = _places(ends)
        self._lost = [end.lost for end in ends]
        self._outcomes: list[Outcome] = []

    def write(self, entries: Sequence[_Entry]) -> list[Outcome]:
        parts = [entries]
        while parts:
            part = parts.pop()
            if len(part) == 1:
                self._outcomes.append(self._one(part[0]))
            elif not self._all(part):
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
        return self._outcomes

    def _all(self, part: Sequence[_Entry]) -> bool:
        if any(self._lost[number] for number, _ in part):
            return False
        places = self._places.copy()
        self._store.savepoint()
        try:
            outcomes = self._together(self._ends, part, places)
        except Exception as error:
            self._take_back(error)
            return False
        self._store.keep()
        self._places = places
        self._outcomes += outcomes
        return True

    def _one(self, entry: _Entry) -> Outcome:
        number, unit = entry
        lost = self._lost[number]
        if lost is not None:
            return StaleLog(lost.rev, lost.winner)
        before, places = Head(*self._places[number]), self._places.copy()
        self._store.savepoint()
        try:
            outcomes = self._together(self._ends, [entry], places)
        except Exception as error:
            outcome = self._verdict(entry, before, error)
        else:
            self._store.keep()
            self._places = places
            return outcomes[0]
        if isinstance(outcome, StaleLog):
            self._lost[number] = outcome
        elif isinstance(outcome, Committed) and outcome.rev == before.rev + 1:
            self._places[number] = (outcome.rev, unit.unit_id)
        return outcome

    def _verdict(self, entry: _Entry, before: Head, error: Exception) -> Outcome:
        fault = self._take_back(error)
        if fault is not Fault.CONSTRAINT:
            return error
        number, unit = entry
        end, constraint = self._ends[number], self._store.constraint_of(error)
        verdict: Committed | StaleLog | StalePeer | UnitRefused = judge(
            self._store.connection(),
            log_table(end.log),
            end.key,
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
