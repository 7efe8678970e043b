"""A COMMIT without an answer: a void row finds out whether the unit is stored or can never be."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from fittrack.db.journal import VOID, Committed, Dead, Head, Journal, StaleLog, StalePeer
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import OutcomeUnknown
from tests.fittrack.db.conftest import OpenJournal
from tests.fittrack.db.faults import Failure, fail_once, slowly_committing_store, unanswered_store
from tests.fittrack.db.journal_world import a_note, a_purchase, assert_lawful, units_of

LOST = Failure.UNREADABLE.error()

LoseCommit = Callable[[str], Journal]


@pytest.fixture
def losing(open_journal: OpenJournal, engine: Engine) -> LoseCommit:
    """A journal whose first COMMIT is lost before ("commit") or after ("committed") it happened."""
    return lambda step: open_journal(unanswered_store(engine, fail_once(step, LOST)))


async def test_a_commit_that_happened_is_found_and_its_author_goes_on(
    losing: LoseCommit, engine: Engine
) -> None:
    journal = losing("committed")
    appender = journal.open(user_log, player := uuid7(), Head())
    units = [a_note() for _ in range(3)]
    outcomes = await asyncio.gather(*[appender.append(unit) for unit in units], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 3
    resolved = [await appender.resolve(unit.unit_id) for unit in units]
    assert resolved == [Committed(1), Committed(2), Committed(3)]
    assert await appender.append(a_note()) == Committed(4)
    assert units_of(engine, user_log, player)[:3] == [unit.unit_id for unit in units]
    assert_lawful(engine)


async def test_a_commit_that_did_not_happen_is_dead_for_ever(losing: LoseCommit, engine: Engine) -> None:
    journal = losing("commit")
    appender = journal.open(user_log, player := uuid7(), Head())
    units = [a_note() for _ in range(3)]
    await asyncio.gather(*[appender.append(unit) for unit in units], return_exceptions=True)
    resolved = await asyncio.gather(*[appender.resolve(unit.unit_id) for unit in units])
    assert resolved == [Dead(1), Dead(1), Dead(1)]
    assert await appender.append(a_note()) == Committed(2)
    with engine.connect() as connection:
        assert connection.execute(select(user_log.c.kind).where(user_log.c.rev == 1)).scalar() == VOID
    assert not {unit.unit_id for unit in units} & set(units_of(engine, user_log, player))
    assert_lawful(engine)


@pytest.mark.parametrize("commit", [True, False], ids=["commits at last", "is rolled back at last"])
async def test_a_commit_still_under_way_is_waited_for_and_never_guessed(
    open_journal: OpenJournal, engine: Engine, commit: bool
) -> None:
    store = slowly_committing_store(engine)
    appender = open_journal(store).open(user_log, player := uuid7(), Head())
    unit = a_note()
    with pytest.raises(OutcomeUnknown):
        await appender.append(unit)
    assert units_of(engine, user_log, player) == [], "absence is not failure"
    answer = asyncio.ensure_future(appender.resolve(unit.unit_id))
    await asyncio.to_thread(store.finish, commit=commit)
    assert await answer == (Committed(1) if commit else Dead(1))
    assert (unit.unit_id in units_of(engine, user_log, player)) is commit
    assert_lawful(engine)


async def test_until_it_is_resolved_nothing_is_built_on_an_unknown_outcome(losing: LoseCommit) -> None:
    appender = losing("committed").open(user_log, uuid7(), Head())
    with pytest.raises(OutcomeUnknown):
        await appender.append(unit := a_note())
    with pytest.raises(StaleLog):
        appender.append(a_note())
    await appender.resolve(unit.unit_id)
    assert await appender.append(a_note()) == Committed(2)


@pytest.mark.parametrize("step", ["commit", "committed"])
async def test_an_author_that_loads_anew_instead_needs_no_resolution(
    losing: LoseCommit, engine: Engine, step: str
) -> None:
    journal = losing(step)
    with pytest.raises(OutcomeUnknown):
        await journal.open(user_log, player := uuid7(), Head()).append(a_note())
    seen = units_of(engine, user_log, player)
    reloaded = journal.open(user_log, player, Head(len(seen), seen[-1] if seen else None))
    assert await reloaded.append(a_note()) == Committed(len(seen) + 1)
    assert_lawful(engine)


@pytest.mark.parametrize("step", ["commit", "committed"])
async def test_a_third_that_took_the_place_proves_the_unit_dead_and_its_author_stale(
    losing: LoseCommit, engine: Engine, step: str
) -> None:
    journal = losing(step)
    appender = journal.open(user_log, player := uuid7(), Head())
    with pytest.raises(OutcomeUnknown):
        await appender.append(unit := a_note())
    other = journal.open(user_log, player, Head())
    if step == "committed":
        with pytest.raises(StaleLog):
            await other.append(a_note())
        assert await appender.resolve(unit.unit_id) == Committed(1)
        return
    assert await other.append(a_note()) == Committed(1)
    assert await appender.resolve(unit.unit_id) == Dead(1)
    with pytest.raises(StaleLog):
        appender.append(a_note())


@pytest.mark.parametrize(("step", "stored"), [("commit", False), ("committed", True)])
async def test_a_player_finds_out_about_a_purchase_whose_drawing_never_answered(
    losing: LoseCommit, engine: Engine, step: str, stored: bool
) -> None:
    """The drawing's node is gone; the player's own log tells, and bars the purchase if it is not there."""
    journal = losing(step)
    own = journal.open(user_log, player := uuid7(), Head())
    purchase = a_purchase(player, own.head)
    with pytest.raises(OutcomeUnknown):
        await journal.open(drawing_log, drawing := uuid7(), Head()).append(purchase)
    assert await own.resolve(purchase.unit_id) == (Committed(1) if stored else Dead(1))
    assert await own.append(a_note()) == Committed(2)
    late = journal.open(drawing_log, drawing, Head())
    if not stored:
        with pytest.raises(StalePeer):
            await late.append(purchase)
    assert (purchase.unit_id in units_of(engine, drawing_log, drawing)) is stored
    assert_lawful(engine)


async def test_a_resolution_that_fails_can_be_asked_again(open_journal: OpenJournal, engine: Engine) -> None:
    commits = [0]

    def step(name: str) -> None:
        commits[0] += name == "commit"
        if name == "commit" and commits[0] <= 3:
            raise LOST

    appender = open_journal(unanswered_store(engine, step)).open(user_log, uuid7(), Head())
    with pytest.raises(OutcomeUnknown):
        await appender.append(unit := a_note())
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await appender.resolve(unit.unit_id)
    assert await appender.resolve(unit.unit_id) == Dead(1)
    assert await appender.append(a_note()) == Committed(2)
    assert_lawful(engine)
