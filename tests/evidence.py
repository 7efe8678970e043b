"""What the database says in the end: which intentions took effect, where the streams end."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, select

from fittrack.db.handles import Table
from fittrack.db.tables.logs import drawing_log, inbox, ledger, user_log
from fittrack.drawings.entry_queries import PURCHASE
from protocol.outbound import TicketsBought
from tests.invariants import assert_invariants
from tests.stage import Stage


def assert_sound(stage: Stage, *, settled: bool = False) -> None:
    """Every invariant holds. `settled`: and nothing is owed any more."""
    assert_invariants(stage.settings.database, settled=settled)


def purchases(stage: Stage) -> dict[UUID, list[TicketsBought]]:
    """Every purchase under a key, by key, as its buyer's log holds the answer."""
    found: defaultdict[UUID, list[TicketsBought]] = defaultdict(list)
    under_keys = select(user_log.c.idem_key, user_log.c.answer).where(
        user_log.c.kind == PURCHASE, user_log.c.idem_key.is_not(None)
    )
    with _reading(stage) as conn:
        for key, answer in conn.execute(under_keys):
            found[key].append(msgspec.json.decode(answer, type=TicketsBought))
    return dict(found)


def assert_each_once(stage: Stage, acknowledged: Collection[tuple[UUID, UUID]], sent: Iterable[UUID]) -> None:
    """Of the keys that were `sent`, every acknowledged one took effect just once, with the transaction
    that was acknowledged; none took effect twice, and nobody else's keys are there.
    """
    stored = purchases(stage)
    assert all(len(answers) == 1 for answers in stored.values()), "a key took effect twice"
    assert stored.keys() <= set(sent), "something was bought that nobody wanted"
    for key, transaction_id in acknowledged:
        assert key in stored, f"the acknowledged purchase {key} is lost"
        assert stored[key][0].transaction_id == transaction_id, f"{key} is another purchase"


def heads(stage: Stage, user_id: UUID) -> dict[str, int]:
    """The last positions of a player's streams."""
    with _reading(stage) as conn:
        return {"ledger": _last(conn, ledger, user_id), "inbox": _last(conn, inbox, user_id)}


def _last(conn: Connection, stream: Table, user_id: UUID) -> int:
    found = conn.execute(select(func.max(stream.c.seq)).where(stream.c.user_id == user_id)).scalar_one()
    return int(found or 0)


def sold(stage: Stage, drawing_id: UUID) -> int:
    """Tickets that a drawing's log holds."""
    tickets = select(func.sum(drawing_log.c.ticket_count)).where(drawing_log.c.drawing_id == drawing_id)
    with _reading(stage) as conn:
        return int(conn.execute(tickets).scalar_one() or 0)


@contextmanager
def _reading(stage: Stage) -> Iterator[Connection]:
    engine = stage.reader()
    try:
        with engine.connect() as conn:
            yield conn
    finally:
        engine.dispose()
