"""Nodes inside the test's process, on a stage's database: for faults that must come at a certain instant."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from fittrack.app import Node
from fittrack.db.handles import Engine
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.store import Store
from fittrack.drawings.commands import BuyTickets
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import DrawingId
from fittrack.kit.problems import Problem
from fittrack.server.asking import USER
from protocol.outbound import TicketsBought
from tests.bets import Bets
from tests.players import QUICK
from tests.server import PATIENCE_S, Address
from tests.stage import Stage
from tests.world import Member, no_fatal


@asynccontextmanager
async def running(
    stage: Stage,
    *,
    store: Callable[[Engine], Store] = open_store,
    on_fatal: Callable[[BaseException], None] = no_fatal,
) -> AsyncIterator[Node]:
    """A node without a listener."""
    node = Node(stage.settings, on_fatal=on_fatal, store=store)
    try:
        yield node
    finally:
        await node.close()


@asynccontextmanager
async def listening(stage: Stage, *, store: Callable[[Engine], Store] = open_store) -> AsyncIterator[Address]:
    """A whole node in this process, on a free port."""
    node = Node(stage.settings, on_fatal=no_fatal, store=store)
    address = Address(await node.start("127.0.0.1", 0))
    try:
        yield address
    finally:
        await node.stop()


async def buy(node: Node, member: Member, drawing_id: UUID, quantity: int, key: UUID) -> TicketsBought:
    """Ask the player's actor, once. Raises `Problem`."""
    wish = intend(BuyTickets(DrawingId(drawing_id), quantity), key)
    answer = await node.registry.ref(USER, member.user_id).ask(wish, timeout_s=PATIENCE_S)
    assert isinstance(answer.body, TicketsBought)
    return answer.body


async def insist(
    nodes: list[Node], bets: Bets, member: Member, drawing_id: UUID, quantity: int
) -> TicketsBought | None:
    """Ask one node after the other under one key until there is an answer; None: it is a refusal."""
    key = bets.new_key()
    async with asyncio.timeout(PATIENCE_S):
        for attempt in range(1_000_000):
            try:
                bought = await buy(nodes[attempt % len(nodes)], member, drawing_id, quantity, key)
            except Problem as problem:
                if not problem.retryable:
                    bets.refused[problem.code] += 1
                    return None
                await asyncio.sleep(QUICK)
            else:
                bets.granted(key, bought.transaction_id, quantity)
                return bought
    raise AssertionError("unreachable: the timeout comes first")


class Gate:
    """A step of a store that holds the journal's thread until it is opened."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._open = threading.Event()
        self._open.set()
        self.reached = threading.Event()

    def __call__(self, step: str) -> None:
        if step == self._step and not self._open.is_set():
            self.reached.set()
            assert self._open.wait(PATIENCE_S), "nobody opened the gate"

    def shut(self) -> None:
        """From now on the step waits."""
        self.reached.clear()
        self._open.clear()

    def open(self) -> None:
        """Let it go on."""
        self._open.set()

    async def somebody_waits(self) -> None:
        """Wait until the journal's thread stands at the gate."""
        assert await asyncio.to_thread(self.reached.wait, PATIENCE_S), "nobody came to the gate"
