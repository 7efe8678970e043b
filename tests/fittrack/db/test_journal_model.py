"""Random lives of logs against a model: several authors for each, purchases across both, failing databases.

The model is what was acknowledged. Whatever happens, the database holds exactly that, in that order,
and of the rest nothing; except for units whose outcome is unknown, until they are resolved.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Table

from fittrack.db.journal import (
    Appender,
    Committed,
    Dead,
    Head,
    Journal,
    NotStored,
    StaleLog,
    StalePeer,
    Unit,
    UnitRefused,
)
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import OutcomeUnknown
from tests import databases
from tests.fittrack.db.faults import Failure, unanswered_store
from tests.fittrack.db.journal_world import (
    NOON,
    a_database,
    a_ledger_row,
    a_note,
    a_purchase,
    assert_lawful,
    units_of,
)

T = TypeVar("T")
LOGS = [user_log, drawing_log]
FAULTS: dict[str, Exception] = {
    "begin": Failure.LOCKED.error(),
    "insert": Failure.FULL.error(),
    "commit": Failure.UNREADABLE.error(),
    "committed": Failure.UNREADABLE.error(),
}


class Author:
    """One activation: where it may still append, and what it could not find out yet."""

    def __init__(self, table: Table, key: UUID, appender: Appender) -> None:
        self.table, self.key, self.appender = table, key, appender
        self.doubtful: list[UUID] = []


class JournalLife(RuleBasedStateMachine):
    """Two players, two drawings, two nodes, authors that come and go."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.engine = a_database(self.folder)
        self.loop = asyncio.new_event_loop()
        self.fault: str | None = None
        self.keys = {table: [uuid7(), uuid7()] for table in LOGS}
        self.acknowledged: dict[UUID, set[UUID]] = {key: set() for keys in self.keys.values() for key in keys}
        self.refused: set[UUID] = set()
        self.doubtful: set[UUID] = set()
        self.authors: list[Author] = []
        store = unanswered_store(self.engine, self._step)
        # Two nodes on one database; the network of the first fails at times.
        self.nodes = [self._run(self._start(store)), self._run(self._start(open_store(self.engine)))]

    async def _start(self, store: Store) -> Journal:
        clock = VirtualClock(NOON)
        return Journal(WriterThread(store, clock), clock, on_fatal=self._never)

    def _never(self, error: BaseException) -> None:
        raise AssertionError("no failure here is fatal") from error

    def _step(self, name: str) -> None:
        if name == self.fault:
            self.fault = None
            raise FAULTS[name]

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def _head(self, table: Table, key: UUID) -> Head:
        units = units_of(self.engine, table, key)
        return Head(len(units), units[-1] if units else None)

    @rule(log=st.sampled_from(LOGS), which=st.integers(0, 1), node=st.integers(0, 1))
    def somebody_loads_a_log(self, log: Table, which: int, node: int) -> None:
        key = self.keys[log][which]
        self.authors.append(Author(log, key, self.nodes[node].open(log, key, self._head(log, key))))

    @rule(fault=st.sampled_from(sorted(FAULTS)))
    def the_database_is_about_to_fail(self, fault: str) -> None:
        self.fault = fault

    @precondition(lambda self: self.authors)
    @rule(data=st.data())
    def authors_append_at_once(self, data: st.DataObject) -> None:
        picks = data.draw(
            st.lists(
                st.tuples(
                    st.integers(0, len(self.authors) - 1),
                    st.sampled_from(["note", "overdraft", "purchase", "stale purchase"]),
                    st.integers(0, 1),
                ),
                min_size=1,
                max_size=12,
            )
        )
        self._run(self._append([(self.authors[at], what, which) for at, what, which in picks]))

    async def _append(self, picks: list[tuple[Author, str, int]]) -> None:
        waiting: list[tuple[Author, Unit, asyncio.Future[Committed]]] = []
        heads = {key: self._head(user_log, key) for key in self.keys[user_log]}
        for author, what, which in picks:
            unit = self._unit(author, what, heads, self.keys[user_log][which])
            try:
                waiting.append((author, unit, author.appender.append(unit)))
            except StaleLog:
                self.refused.add(unit.unit_id)
        for author, unit, future in waiting:
            try:
                committed = await future
            except (StaleLog, StalePeer, UnitRefused, NotStored):
                self.refused.add(unit.unit_id)
            except OutcomeUnknown:
                self.doubtful.add(unit.unit_id)
                author.doubtful.append(unit.unit_id)
            else:
                self._acknowledge(author, unit, committed)

    def _unit(self, author: Author, what: str, heads: dict[UUID, Head], player: UUID) -> Unit:
        if what == "overdraft":
            return Unit(uuid7(), "spend", NOON, inserts=[(*self._overdraft(),)])
        if author.table is drawing_log and what == "purchase":
            return a_purchase(player, heads[player], seq=1 + heads[player].rev)
        if author.table is drawing_log and what == "stale purchase":
            return a_purchase(player, Head(heads[player].rev + 1, uuid7()), seq=999)
        return a_note()

    def _overdraft(self) -> tuple[Table, tuple[object, ...]]:
        ledger = user_log.metadata.tables["ledger"]
        return ledger, a_ledger_row(uuid7(), 1, -5, -5)

    def _acknowledge(self, author: Author, unit: Unit, committed: Committed) -> None:
        self.acknowledged[author.key].add(unit.unit_id)
        if unit.peer is not None:
            self.acknowledged[unit.peer.key].add(unit.unit_id)
        assert units_of(self.engine, author.table, author.key)[committed.rev - 1] == unit.unit_id

    @rule(which=st.integers(0, 1_000))
    def an_author_finds_out(self, which: int) -> None:
        # What is drawn must not depend on who is in doubt: nodes race, and a repetition may end otherwise.
        doubts = [(author, unit_id) for author in self.authors for unit_id in author.doubtful]
        if doubts:
            self._run(self._resolve(*doubts[which % len(doubts)]))

    async def _resolve(self, author: Author, unit_id: UUID) -> None:
        try:
            answer = await author.appender.resolve(unit_id)
        except (NotStored, OutcomeUnknown, StaleLog):
            return
        author.doubtful.remove(unit_id)
        self.doubtful.discard(unit_id)
        units = units_of(self.engine, author.table, author.key)
        if isinstance(answer, Dead):
            assert unit_id not in units
            self.refused.add(unit_id)
        else:
            assert units[answer.rev - 1] == unit_id

    @invariant()
    def what_was_acknowledged_is_there_and_what_was_refused_is_not(self) -> None:
        if not hasattr(self, "engine"):
            return
        assert_lawful(self.engine)
        for table, keys in self.keys.items():
            for key in keys:
                stored = set(units_of(self.engine, table, key))
                assert self.acknowledged[key] <= stored
                assert not stored & self.refused

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        self.fault = None
        for node in self.nodes:
            self._run(node.stop())
        self.loop.close()
        self.engine.dispose()
        shutil.rmtree(self.folder)


TestJournalLife = JournalLife.TestCase
TestJournalLife.settings = settings(
    max_examples=8 if databases.ORACLE else 25, stateful_step_count=15, deadline=None
)
