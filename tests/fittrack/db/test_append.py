"""Appending: order, grouping, and what a unit may carry."""

import asyncio

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import StatementError

from fittrack.db.journal import Committed, Head, Journal, JournalStopped, Unit, UnitRefused, intake
from fittrack.db.journal.open_store import open_store
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.tables.logs import drawing_log, effects, inbox, ledger, user_log
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Busy
from tests.fittrack.db.journal_world import (
    NOON,
    a_ledger_row,
    a_note,
    a_purchase,
    an_earning,
    an_effect,
    assert_lawful,
    reading,
    units_of,
)


async def test_units_take_their_places_in_the_order_of_their_appends(
    journal: Journal, engine: Engine
) -> None:
    player = uuid7()
    appender = journal.open(user_log, player, Head())
    units = [a_note() for _ in range(100)]
    outcomes = await asyncio.gather(*[appender.append(unit) for unit in units])
    assert outcomes == [Committed(rev) for rev in range(1, 101)]
    assert units_of(engine, user_log, player) == [unit.unit_id for unit in units]
    assert_lawful(engine)


async def test_what_one_turn_of_the_loop_appends_shares_one_commit(journal: Journal) -> None:
    appenders = [journal.open(user_log, uuid7(), Head()) for _ in range(300)]
    await asyncio.gather(*[appender.append(a_note()) for appender in appenders])
    assert journal.metrics.batches == 1
    assert journal.metrics.units == 300


async def test_a_burst_is_begun_with_before_all_of_it_is_there(engine: Engine) -> None:
    clock = VirtualClock(NOON)
    journal = Journal(WriterThread(open_store(engine), clock), clock, on_fatal=_unexpected)
    appenders = [journal.open(user_log, uuid7(), Head()) for _ in range(300)]
    await asyncio.gather(*[appender.append(a_note()) for appender in appenders])
    await journal.stop()
    assert (journal.metrics.batches, journal.metrics.units) == (2, 300)
    assert_lawful(engine)


def _unexpected(error: BaseException) -> None:
    raise AssertionError("nothing here is fatal") from error


async def test_an_outcome_is_only_told_once_others_can_read_it(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    seen: list[int] = []
    appender = journal.open(user_log, player, Head())
    appender.submit(a_note(), lambda _outcome: seen.append(len(units_of(engine, user_log, player))))
    await appender.settled()
    assert seen == [1]


async def test_a_purchase_is_one_row_in_each_log_and_one_in_the_ledger(
    journal: Journal, engine: Engine
) -> None:
    player, drawing = uuid7(), uuid7()
    await journal.open(user_log, player, Head()).append(earning := an_earning(player, 1))
    entries = journal.open(drawing_log, drawing, Head())
    unit = a_purchase(player, Head(1, earning.unit_id), seq=2)
    assert await entries.append(unit) == Committed(1)
    with engine.connect() as connection:
        entry = connection.execute(select(drawing_log)).one()
        own = connection.execute(select(user_log).where(user_log.c.rev == 2)).one()
        booked = connection.execute(select(ledger).where(ledger.c.seq == 2)).one()
    assert (entry.unit_id, entry.user_id, entry.ticket_count, entry.idem_key) == (
        unit.unit_id, player, 1, unit.idem_key,
    )  # fmt: skip
    assert (own.unit_id, own.prev_unit, own.answer, own.created_at) == (
        unit.unit_id, earning.unit_id, unit.answer, NOON,
    )  # fmt: skip
    assert (booked.amount, booked.balance_after, booked.created_at) == (-100, 900, NOON)


async def test_the_head_counts_what_is_in_flight(journal: Journal) -> None:
    appender = journal.open(user_log, uuid7(), Head())
    first, second = a_note(), a_note()
    appender.append(first)
    outcome = appender.append(second)
    assert (appender.head, appender.durable, appender.in_flight) == (Head(2, second.unit_id), Head(), 2)
    await outcome
    assert (appender.head, appender.durable, appender.in_flight) == (
        Head(2, second.unit_id), Head(2, second.unit_id), 0,
    )  # fmt: skip


async def test_an_author_goes_on_after_anothers_unit_took_the_agreed_place(
    journal: Journal, engine: Engine
) -> None:
    player = uuid7()
    own = journal.open(user_log, player, Head())
    purchase = a_purchase(player, own.head)
    await journal.open(drawing_log, uuid7(), Head()).append(purchase)
    own.moved_to(Head(1, purchase.unit_id))
    assert await own.append(a_note()) == Committed(2)
    assert_lawful(engine)


async def test_an_upsert_replaces_the_row_of_its_key(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    appender = journal.open(user_log, player, Head())
    first = (player, 1, uuid7(), "general", "Hello", "Once", None, None, None, NOON)
    again = (player, 1, uuid7(), "general", "Hello", "Twice", None, None, NOON, NOON)
    await asyncio.gather(
        appender.append(Unit(uuid7(), "note", NOON, inserts=[(inbox, first)])),
        appender.append(Unit(uuid7(), "note", NOON, upserts=[(inbox, again)])),
    )
    with engine.connect() as connection:
        assert connection.execute(select(inbox.c.body, inbox.c.read_at)).all() == [("Twice", NOON)]


@pytest.mark.parametrize("size", [1_999, 2_001, 9_000])
async def test_an_upsert_takes_documents_of_any_size(journal: Journal, engine: Engine, size: int) -> None:
    """Oracle takes what is long for a LONG, which a MERGE cannot bind."""
    subjects = sorted(uuid7() for _ in range(3))
    appender = journal.open(user_log, uuid7(), Head())
    for letter in (b"a", b"b"):
        rows = [an_effect(subject, payload) for subject in subjects for payload in (letter, letter * size)]
        units = [Unit(uuid7(), "note", NOON, upserts=[(effects, row)]) for row in rows]
        await asyncio.gather(*[appender.append(unit) for unit in units])
    with reading(engine) as connection:
        stored = connection.execute(select(effects.c.subject_id, effects.c.payload)).all()
    assert dict(map(tuple, stored)) == dict.fromkeys(subjects, b"b" * size)


async def test_an_insert_behind_an_upsert_of_the_same_row_is_refused_as_if_alone(
    journal: Journal, engine: Engine
) -> None:
    player = uuid7()
    appender = journal.open(user_log, player, Head())
    row = (player, 1, uuid7(), "general", "Hello", "Once", None, None, None, NOON)
    twin = (player, 1, uuid7(), "general", "Hello", "Twin", None, None, None, NOON)
    upserted = appender.append(Unit(uuid7(), "note", NOON, upserts=[(inbox, row)]))
    inserted = appender.append(Unit(uuid7(), "note", NOON, inserts=[(inbox, twin)]))
    assert await upserted == Committed(1)
    with pytest.raises(UnitRefused):
        await inserted
    with engine.connect() as connection:
        assert connection.execute(select(inbox.c.body)).scalars().all() == ["Once"]


async def test_statements_see_all_earlier_units_and_nothing_later(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    appender = journal.open(user_log, player, Head())
    effect = ("refund", uuid7(), player, b"{}", NOON)
    later = ("refund", uuid7(), player, b"{}", NOON)
    clear = delete(effects).where(effects.c.user_id == player)
    await asyncio.gather(
        appender.append(Unit(uuid7(), "note", NOON, inserts=[(effects, effect)])),
        appender.append(Unit(uuid7(), "note", NOON, statements=[clear])),
        appender.append(Unit(uuid7(), "note", NOON, inserts=[(effects, later)])),
    )
    with engine.connect() as connection:
        assert connection.execute(select(effects.c.subject_id)).scalars().all() == [later[1]]


async def test_a_units_statements_run_in_its_own_order(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    unit = Unit(
        uuid7(),
        "note",
        NOON,
        statements=[
            insert(effects).values(
                kind="a", subject_id=uuid7(), user_id=player, payload=b"1", created_at=NOON
            ),
            update(effects).values(payload=b"2"),
        ],
    )
    await journal.open(user_log, player, Head()).append(unit)
    with engine.connect() as connection:
        assert connection.execute(select(effects.c.payload)).scalars().all() == [b"2"]


@pytest.mark.parametrize("units", [1, 2, 3, 63, 64, 65, 511, 1_023, 1_024, 1_025, 2_500])
async def test_every_size_of_a_burst_is_stored_whole(journal: Journal, engine: Engine, units: int) -> None:
    drawing = uuid7()
    appender = journal.open(drawing_log, drawing, Head())
    await asyncio.gather(*[appender.append(a_purchase(uuid7(), Head())) for _ in range(units)])
    assert len(units_of(engine, drawing_log, drawing)) == units
    assert_lawful(engine)


async def test_a_refused_unit_hurts_only_itself(journal: Journal, engine: Engine) -> None:
    players = [uuid7() for _ in range(20)]
    appenders = [journal.open(user_log, player, Head()) for player in players]
    overdraft = Unit(uuid7(), "spend", NOON, inserts=[(ledger, a_ledger_row(players[7], 1, -5, -5))])
    units = [overdraft if at == 7 else an_earning(player, 1) for at, player in enumerate(players)]
    outcomes = await asyncio.gather(
        *[appender.append(unit) for appender, unit in zip(appenders, units, strict=True)],
        return_exceptions=True,
    )
    refusal = outcomes.pop(7)
    assert isinstance(refusal, UnitRefused)
    assert refusal.constraint == "ck_ledger_no_overdraft"
    assert outcomes == [Committed(1)] * 19
    assert await appenders[7].append(an_earning(players[7], 1)) == Committed(1)
    assert_lawful(engine)


async def test_a_value_of_the_wrong_type_fails_its_unit_alone(journal: Journal) -> None:
    player, other = uuid7(), uuid7()
    wrong = Unit(uuid7(), "note", NOON, inserts=[(effects, ("refund", "no uuid", player, b"", NOON))])
    failed = journal.open(user_log, player, Head()).append(wrong)
    assert await journal.open(user_log, other, Head()).append(a_note()) == Committed(1)
    with pytest.raises((AttributeError, StatementError), match="no attribute 'int'"):
        await failed


async def test_a_value_that_is_no_value_fails_its_unit_alone(journal: Journal, engine: Engine) -> None:
    player, other = uuid7(), uuid7()
    row = ("refund", uuid7(), player, lambda: b"", NOON)
    appender = journal.open(user_log, player, Head())
    failed = appender.append(Unit(uuid7(), "note", NOON, inserts=[(effects, row)]))
    assert await journal.open(user_log, other, Head()).append(a_note()) == Committed(1)
    with pytest.raises(Exception, match=r"lambda|function|bind"):
        await failed
    assert await appender.append(a_note()) == Committed(1)
    assert_lawful(engine)


async def test_a_full_queue_answers_busy_and_nothing_happened(
    journal: Journal, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "QUEUE_UNITS_MAX", 3)
    player = uuid7()
    appender = journal.open(user_log, player, Head())
    taken = [appender.append(a_note()) for _ in range(3)]
    with pytest.raises(Busy):
        appender.append(a_note())
    await asyncio.gather(*taken)
    assert len(units_of(engine, user_log, player)) == 3
    assert appender.in_flight == 0


async def test_stopping_writes_what_waits_and_refuses_what_comes(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    appender = journal.open(user_log, player, Head())
    waiting = [appender.append(a_note()) for _ in range(50)]
    await journal.stop()
    assert [await outcome for outcome in waiting] == [Committed(rev) for rev in range(1, 51)]
    with pytest.raises(JournalStopped):
        appender.append(a_note())
    assert len(units_of(engine, user_log, player)) == 50


async def test_a_unit_is_stored_even_if_its_asker_went_away(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    appender = journal.open(user_log, player, Head())
    appender.append(a_note()).cancel()
    await appender.settled()
    assert len(units_of(engine, user_log, player)) == 1


async def test_a_callback_that_fails_takes_no_answer_from_the_others(journal: Journal) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: complaints.append(context["exception"])
    )
    appender = journal.open(user_log, uuid7(), Head())
    failure = ValueError("a callback's own")

    def fail(_outcome: object) -> None:
        raise failure

    appender.submit(a_note(), fail)
    assert await appender.append(a_note()) == Committed(2)
    assert complaints == [failure]
