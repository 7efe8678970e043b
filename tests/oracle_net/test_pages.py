"""What is asked for by length: one text, whatever the length, since each new text is a hard parse."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event

from fittrack.connections import sync_queries
from fittrack.db import migrate
from fittrack.db.engine import make_engine
from fittrack.inbox import queries as inbox
from fittrack.inbox.schemas import InboxQuery
from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import UserId
from fittrack.webhooks import claim_queries, delivery_queries
from fittrack.webhooks.schemas import DeliveriesQuery
from tests.oracle_net.conftest import Place

SOMEBODY = UserId(UUID(int=1))
LENGTHS = (5, 6, 7)


@pytest.fixture
def migrated(place: Place) -> Iterator[Engine]:
    engine = make_engine(place.settings)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


def notifications(conn: Connection, length: int) -> None:
    inbox.page(conn, SOMEBODY, InboxQuery(limit=length), before=9)


def deliveries(conn: Connection, length: int) -> None:
    delivery_queries.find(conn, SOMEBODY, DeliveriesQuery(limit=length), after=SOMEBODY)


def syncs(conn: Connection, length: int) -> None:
    now = SystemClock().now()
    wanted = sync_queries.Wanted(["fitbit"], UUID(int=2), now, now + timedelta(minutes=1), length)
    sync_queries.claim_due(conn, wanted)


def sends(conn: Connection, length: int) -> None:
    claim_queries.claim(conn, {SOMEBODY: length}, SystemClock().now(), timedelta(minutes=1))


@pytest.mark.parametrize("ask", [notifications, deliveries, syncs, sends])
def test_a_length_is_no_part_of_the_text(migrated: Engine, ask: Callable[[Connection, int], None]) -> None:
    texts: set[str] = set()

    @event.listens_for(migrated, "before_cursor_execute")
    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        texts.add(statement)

    told = []
    with migrated.connect() as conn:
        for length in LENGTHS:
            ask(conn, length)
            told.append(len(texts))
    assert texts and told == [told[0]] * len(LENGTHS)
