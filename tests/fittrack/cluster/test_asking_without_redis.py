"""What becomes of messages between nodes while Redis is gone, slow or empty: an honest answer, soon."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from fittrack.cluster.obituary import tell_of_death
from fittrack.kit.problems import Busy, OutcomeUnknown
from tests.fittrack.cluster.houses import NAMESPACE, Say, Town, a_town
from tests.stage import eventually

LONG_LIFE_S: Final = 60.0


async def test_actors_of_ones_own_answer_while_redis_is_gone_and_others_are_busy(town: Town) -> None:
    far, near = town.one.of(town.other), town.one.of(town.one)
    assert await town.one.ask(far, "before") == Say("before")
    await town.one.cluster.check()
    town.redis.kill()
    await eventually(lambda: not town.one.cluster._link.is_up, "the loss")
    assert await town.one.ask(near, "here") == Say("here")
    with pytest.raises(Busy):
        await town.one.ask(far, "there")
    with pytest.raises(Busy):
        await town.one.cluster.check()
    assert town.other.heard == ["before"], "busy: nothing happened"
    town.redis.start()
    await town.one.is_answered(far)
    await town.one.cluster.check()
    assert len(town.one.cluster.nodes) == len(town.other.cluster.nodes) == 2, "nobody forgot anybody"


async def test_who_waits_for_an_answer_when_redis_goes_hears_at_once_that_nobody_knows(town: Town) -> None:
    town.other.gate.clear()
    asked = asyncio.ensure_future(town.one.ask(town.one.of(town.other), "done?"))
    await eventually(lambda: town.other.heard, "the message")
    town.redis.kill()
    with pytest.raises(OutcomeUnknown):
        await asked
    assert town.other.heard == ["done?"], "and that was right: it did happen"
    town.other.gate.set()


async def test_an_answer_that_gets_lost_is_unknown_and_the_way_is_made_anew(town: Town) -> None:
    far = town.one.of(town.other)
    town.other.gate.clear()
    asked = asyncio.ensure_future(town.one.ask(far, "done?"))
    await eventually(lambda: town.other.heard, "the message")
    town.ways[0].forget(to_client=True)
    town.other.gate.set()
    with pytest.raises(OutcomeUnknown):
        await asked
    await town.one.is_answered(far)


async def test_a_slow_way_is_slow_and_nothing_else(town: Town) -> None:
    far = town.one.of(town.other)
    for way in town.ways:
        way.delay_s = 0.1
    answers = await asyncio.gather(*(town.one.ask(far, f"{number}") for number in range(20)))
    assert [answer.word for answer in answers] == [f"{number}" for number in range(20)]
    assert sorted(town.other.heard, key=int) == [f"{number}" for number in range(20)]


async def test_a_node_that_is_said_to_be_dead_is_replaced_at_once_and_comes_back_if_it_is_not(
    tmp_path: Path,
) -> None:
    async with a_town(tmp_path, life_s=LONG_LIFE_S) as town:
        far, membership = town.one.of(town.other), town.other.cluster.membership
        await membership.stop()  # it says nothing any more, and would be missed in a minute
        # While a register is young, whoever is missing in it may only not have been heard of yet.
        town.grow_old()
        assert await tell_of_death(f"redis://127.0.0.1:{town.redis.port}", NAMESPACE, membership.node)
        await eventually(lambda: len(town.one.cluster.nodes) == 1, "the departure")
        assert await town.one.ask(far, "mine now") == Say("mine now")
        assert town.one.heard == ["mine now"]
        assert await membership.join("other")
        await eventually(lambda: len(town.one.cluster.nodes) == 2, "the return")
