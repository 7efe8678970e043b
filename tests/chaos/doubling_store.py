"""A store that makes one unit fail, by a real violation of a constraint."""

from collections.abc import Sequence

from sqlalchemy import Table

from fittrack.db.handles import Engine
from fittrack.db.journal.unit import Row
from fittrack.db.tables.logs import ledger
from tests.fittrack.db.faults import Step, WatchedStore
from tests.world import Member


class DoublingStore(WatchedStore):
    """Writes a ledger row of `victim` twice, any or the one at `seq`, until that was tried with it alone."""

    def __init__(self, engine: Engine, victim: Member, step: Step, *, seq: int | None = None) -> None:
        super().__init__(engine, step)
        self._victim, self._seq = victim.user_id, seq
        self.doubled = 0

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        mine = [row for row in rows if table is ledger and self._is_meant(row)]
        super().insert(table, rows)
        if mine and not self.doubled:
            # A second attempt at the same unit (alone, or in a smaller part) meets the violation again.
            self.doubled += len(rows) == 1
            super().insert(table, mine)

    def _is_meant(self, row: Row) -> bool:
        return row[0] == self._victim and self._seq in (None, row[1])
