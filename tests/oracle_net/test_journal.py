"""The product's journal over the real driver: array DML, units that fail alone, what is known of each."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text

from fittrack.db.journal import Committed, Head, Journal, NotStored, StaleLog, Unit, UnitRefused
from fittrack.db.tables.logs import drawing_log, effects, inbox, ledger, user_log
from fittrack.kit.ids import uuid7
from tests.fittrack.db.journal_world import NOON, a_ledger_row, a_note, a_purchase, an_earning
from tests.oracle_net.conftest import Place

DEADLOCK = 60


async def test_three_hundred_units_are_one_transaction_and_few_statements(
    journal: Journal, engine: Engine
) -> None:
    players = [uuid7() for _ in range(300)]
    earnings = [an_earning(player, 1) for player in players]
    appended = [
        journal.open(user_log, player, Head()).append(unit)
        for player, unit in zip(players, earnings, strict=True)
    ]
    assert await asyncio.gather(*appended) == [Committed(1)] * 300
    assert journal.metrics.batches == 1
    with engine.connect() as connection:
        stored = connection.execute(select(user_log.c.user_id, user_log.c.unit_id)).all()
        booked = connection.execute(select(func.sum(ledger.c.amount))).scalar()
    assert {tuple(row) for row in stored} == {
        (player, unit.unit_id) for player, unit in zip(players, earnings, strict=True)
    }
    assert booked == 300_000


async def test_one_unit_that_a_constraint_refuses_fails_alone(journal: Journal, engine: Engine) -> None:
    players = [uuid7() for _ in range(20)]
    units = [an_earning(player, 1) for player in players]
    units[7] = Unit(
        uuid7(), "activity.log", NOON, inserts=[(ledger, a_ledger_row(players[7], 1, -100, -100))]
    )
    outcomes = await asyncio.gather(
        *[
            journal.open(user_log, player, Head()).append(unit)
            for player, unit in zip(players, units, strict=True)
        ],
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [Committed] * 7 + [UnitRefused] + [Committed] * 12
    assert str(outcomes[7]).endswith("ck_ledger_no_overdraft")
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(user_log)).scalar() == 19


async def test_a_stale_author_is_told_apart_from_a_refused_unit(journal: Journal) -> None:
    player = uuid7()
    await journal.open(user_log, player, Head()).append(first := a_note())
    with pytest.raises(StaleLog) as stale:
        await journal.open(user_log, player, Head()).append(a_note())
    assert stale.value.winner == first.unit_id


async def test_a_purchase_is_in_both_logs_with_what_it_binds(journal: Journal, engine: Engine) -> None:
    player, drawing = uuid7(), uuid7()
    await journal.open(user_log, player, Head()).append(earning := an_earning(player, 1))
    unit = a_purchase(player, Head(1, earning.unit_id), seq=2)
    assert await journal.open(drawing_log, drawing, Head()).append(unit) == Committed(1)
    with engine.connect() as connection:
        entry = connection.execute(select(drawing_log)).one()
        own = connection.execute(select(user_log).where(user_log.c.rev == 2)).one()
    assert (entry.drawing_id, entry.user_id, entry.ticket_count) == (drawing, player, 1)
    assert (own.prev_unit, own.idem_key, own.request_hash, own.answer, own.created_at) == (
        earning.unit_id, unit.idem_key, b"h" * 16, unit.answer, NOON,
    )  # fmt: skip


async def test_an_upsert_replaces_the_row_of_its_key_and_the_later_one_stays(
    journal: Journal, engine: Engine
) -> None:
    player = uuid7()
    rows = [(player, 1, uuid7(), "general", "Hello", body, None, None, None, NOON) for body in "abc"]
    appender = journal.open(user_log, player, Head())
    await asyncio.gather(
        *[appender.append(Unit(uuid7(), "note", NOON, upserts=[(inbox, row)])) for row in rows]
    )
    with engine.connect() as connection:
        assert connection.execute(select(inbox.c.body)).scalars().all() == ["c"]


@pytest.mark.parametrize("size", [0, 3_999, 4_001, 40_000], ids=["nothing", "short", "long", "in chunks"])
async def test_an_answer_comes_back_byte_for_byte_whatever_its_size(
    journal: Journal, engine: Engine, size: int
) -> None:
    answer = bytes(at % 251 for at in range(size))
    unit = Unit(uuid7(), "note", NOON, answer=answer)
    await journal.open(user_log, uuid7(), Head()).append(unit)
    with engine.connect() as connection:
        assert (connection.execute(select(user_log.c.answer)).scalar() or b"") == answer


async def test_instants_keep_their_milliseconds_and_sort(journal: Journal, engine: Engine) -> None:
    instants = [datetime(2026, 7, 1, 12, 0, 0, ms * 1_000, tzinfo=UTC) for ms in (999, 1, 500)]
    for at in instants:
        await journal.open(user_log, uuid7(), Head()).append(Unit(uuid7(), "note", at))
    with engine.connect() as connection:
        seen = connection.execute(select(user_log.c.created_at).order_by(user_log.c.created_at)).scalars()
        assert list(seen) == sorted(instants)
        assert connection.execute(select(func.max(user_log.c.created_at))).scalar() == max(instants)
        later = select(func.count()).select_from(user_log).where(user_log.c.created_at > instants[2])
        assert connection.execute(later).scalar() == 1


async def test_a_failed_job_leaves_what_shares_its_transaction(journal: Journal, engine: Engine) -> None:
    unit = journal.open(user_log, uuid7(), Head()).append(a_note())
    wrong = journal.transact(_insert_nothing)
    assert await unit == Committed(1)
    with pytest.raises(Exception, match="ORA-01400"):
        await wrong
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(effects)).scalar() == 0


def _insert_nothing(connection: Connection) -> None:
    connection.execute(insert(effects).values(kind="refund", subject_id=uuid7(), created_at=NOON))


@pytest.mark.parametrize("code", [1653, 257, 16456], ids=["no space", "archiver stuck", "switchover"])
async def test_what_no_other_unit_would_fare_better_with_is_not_stored_and_retryable(
    journal: Journal, place: Place, engine: Engine, code: int
) -> None:
    place.arrange("change", str(code))
    appender = journal.open(user_log, player := uuid7(), Head())
    with pytest.raises(NotStored) as busy:
        await appender.append(a_note())
    assert busy.value.retryable
    assert await journal.open(user_log, player, Head()).append(a_note()) == Committed(1)


async def test_who_waits_in_a_circle_gives_way_and_is_written_again(
    journal: Journal, place: Place, engine: Engine
) -> None:
    place.arrange("change", str(DEADLOCK))
    unit, job = journal.open(user_log, uuid7(), Head()).append(a_note()), journal.transact(_count)
    assert (await unit, await job) == (Committed(1), 1)
    for _ in range(2):
        place.arrange("change", str(DEADLOCK))
    with pytest.raises(NotStored):
        await journal.open(user_log, uuid7(), Head()).append(a_note())
    with engine.connect() as connection:
        assert _count(connection) == 1


def _count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(user_log)).scalar_one())


async def test_the_audit_logs_triggers_refuse_and_the_transaction_stands(
    journal: Journal, engine: Engine
) -> None:
    statement = text("DELETE FROM audit_log")
    with engine.begin() as connection:
        connection.execute(text(_AUDITED), {"id": uuid7().bytes})
    refused = Unit(uuid7(), "note", NOON, statements=[statement])
    appender = journal.open(user_log, uuid7(), Head())
    with pytest.raises(UnitRefused, match="rows are kept"):
        await appender.append(refused)


_AUDITED = (
    "INSERT INTO audit_log (audit_id, action, subject_type, created_at) VALUES (:id, 'x', 'y', systimestamp)"
)
