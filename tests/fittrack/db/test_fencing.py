"""Two activations of one player or drawing: one wins, the other learns it, nothing stale is acknowledged."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import Engine, Table

from fittrack.db.journal import Appender, Committed, Head, Journal, StaleLog, StalePeer, Unit
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.kit.ids import uuid7
from tests.fittrack.db.conftest import OpenJournal
from tests.fittrack.db.journal_world import a_note, a_purchase, an_earning, assert_lawful, units_of

IN_FLIGHT = 200

Outcomes = list[Committed | BaseException]


async def _append_all(appender: Appender, units: list[Unit]) -> Outcomes:
    return await asyncio.gather(*[appender.append(unit) for unit in units], return_exceptions=True)


def _acknowledged(units: list[Unit], outcomes: Outcomes) -> list[UUID]:
    return [
        unit.unit_id for unit, outcome in zip(units, outcomes, strict=True) if isinstance(outcome, Committed)
    ]


@pytest.mark.parametrize("log", [user_log, drawing_log], ids=["player", "drawing"])
@pytest.mark.parametrize("nodes", [1, 2], ids=["in one node", "in two nodes"])
async def test_of_two_activations_with_many_units_in_flight_one_wins_and_the_other_loses_all(
    open_journal: OpenJournal, engine: Engine, log: Table, nodes: int
) -> None:
    journals = [open_journal() for _ in range(nodes)]
    key = uuid7()
    first, second = journals[0].open(log, key, Head()), journals[-1].open(log, key, Head())
    ours, theirs = [[a_note() for _ in range(IN_FLIGHT)] for _ in range(2)]
    # Both have units in flight before either knows of the other.
    outcomes = await asyncio.gather(_append_all(first, ours), _append_all(second, theirs))
    acknowledged = _acknowledged(ours, outcomes[0]), _acknowledged(theirs, outcomes[1])
    assert [len(units) for units in acknowledged].count(0) == 1, "one lost everything"
    assert units_of(engine, log, key) == acknowledged[0] + acknowledged[1]
    failures = [outcome for both in outcomes for outcome in both if not isinstance(outcome, Committed)]
    assert len(failures) == IN_FLIGHT
    assert all(isinstance(failure, StaleLog) for failure in failures)
    assert_lawful(engine)


async def test_a_paused_activation_fails_at_its_first_unit_and_at_all_others(
    journal: Journal, engine: Engine
) -> None:
    drawing = uuid7()
    paused = journal.open(drawing_log, drawing, Head())
    await paused.append(seen := a_note())
    await journal.open(drawing_log, drawing, Head(1, seen.unit_id)).append(winner := a_note())
    outcomes = await _append_all(paused, [a_note() for _ in range(10)])
    assert all(isinstance(outcome, StaleLog) for outcome in outcomes)
    assert isinstance(outcomes[0], StaleLog)
    assert outcomes[0].winner == winner.unit_id
    with pytest.raises(StaleLog):
        paused.append(a_note())
    assert units_of(engine, drawing_log, drawing) == [seen.unit_id, winner.unit_id]


async def test_the_loser_that_loads_anew_goes_on(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    loser, winner = journal.open(user_log, player, Head()), journal.open(user_log, player, Head())
    await winner.append(first := a_note())
    with pytest.raises(StaleLog):
        await loser.append(a_note())
    reloaded = journal.open(user_log, player, Head(1, first.unit_id))
    assert await reloaded.append(a_note()) == Committed(2)
    assert_lawful(engine)


async def test_an_author_ahead_of_the_log_is_stale(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    ahead = journal.open(user_log, player, Head(5, uuid7()))
    with pytest.raises(StaleLog):
        await ahead.append(a_note())
    assert units_of(engine, user_log, player) == []


async def test_an_author_that_saw_another_predecessor_is_stale(journal: Journal, engine: Engine) -> None:
    player = uuid7()
    await journal.open(user_log, player, Head()).append(a_note())
    with pytest.raises(StaleLog):
        await journal.open(user_log, player, Head(1, uuid7())).append(a_note())
    assert len(units_of(engine, user_log, player)) == 1


async def test_a_stale_buyer_fails_alone_and_leaves_no_gap_in_the_drawings_log(
    journal: Journal, engine: Engine
) -> None:
    moved, drawing = uuid7(), uuid7()
    await journal.open(user_log, moved, Head()).append(a_note())
    buyers = [uuid7() for _ in range(50)]
    buyers[20] = moved
    units = [a_purchase(buyer, Head()) for buyer in buyers]
    outcomes = await _append_all(journal.open(drawing_log, drawing, Head()), units)
    stale = outcomes.pop(20)
    assert isinstance(stale, StalePeer)
    assert outcomes == [Committed(rev) for rev in range(1, 50)]
    assert units_of(engine, drawing_log, drawing) == [
        unit.unit_id for at, unit in enumerate(units) if at != 20
    ]
    assert_lawful(engine)


async def test_many_stale_buyers_in_one_batch_each_fail_alone(journal: Journal, engine: Engine) -> None:
    drawing = uuid7()
    units = [a_purchase(uuid7(), Head(3, uuid7()) if at % 3 else Head()) for at in range(300)]
    outcomes = await _append_all(journal.open(drawing_log, drawing, Head()), units)
    assert [isinstance(outcome, StalePeer) for outcome in outcomes] == [bool(at % 3) for at in range(300)]
    assert units_of(engine, drawing_log, drawing) == _acknowledged(units, outcomes)
    assert_lawful(engine)


async def test_two_purchases_of_one_player_never_both_take_the_same_place(
    journal: Journal, engine: Engine
) -> None:
    player = uuid7()
    purchases = [a_purchase(player, Head()) for _ in range(2)]
    outcomes = await asyncio.gather(
        *[journal.open(drawing_log, uuid7(), Head()).append(unit) for unit in purchases],
        return_exceptions=True,
    )
    assert outcomes[0] == Committed(1)
    assert isinstance(outcomes[1], StalePeer)
    assert units_of(engine, user_log, player) == [purchases[0].unit_id]


async def test_a_player_and_a_drawing_forced_twice_at_once_stay_lawful(
    open_journal: OpenJournal, engine: Engine
) -> None:
    """Both logs contested on two nodes: purchases, earnings and notes in flight from four authors."""
    nodes = [open_journal(), open_journal()]
    player, drawing = uuid7(), uuid7()
    await nodes[0].open(user_log, player, Head()).append(start := an_earning(player, 1))
    head = Head(1, start.unit_id)
    work: list[tuple[Appender, list[Unit]]] = []
    for node in nodes:
        purchase = a_purchase(player, head, seq=2)
        notes = [a_note() for _ in range(IN_FLIGHT)]
        work.append((node.open(drawing_log, drawing, Head()), [notes[0], purchase, *notes[1:]]))
        work.append((node.open(user_log, player, head), [a_note() for _ in range(IN_FLIGHT)]))
    outcomes = await asyncio.gather(*[_append_all(appender, units) for appender, units in work])
    told = {
        unit for (_, units), each in zip(work, outcomes, strict=True) for unit in _acknowledged(units, each)
    }
    stored = set(units_of(engine, user_log, player)) | set(units_of(engine, drawing_log, drawing))
    assert stored == told | {start.unit_id}
    assert_lawful(engine)


async def test_a_unit_appended_again_after_its_commit_is_answered_and_not_repeated(
    journal: Journal, engine: Engine
) -> None:
    player = uuid7()
    unit = a_note()
    await journal.open(user_log, player, Head()).append(unit)
    again = journal.open(user_log, player, Head())
    assert await again.append(unit) == Committed(1)
    assert await again.append(a_note()) == Committed(2)
    assert_lawful(engine)
