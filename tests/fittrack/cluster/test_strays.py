"""Messages that nobody waits for and that come to the wrong node: sent on once, and counted if in vain."""

import asyncio
from functools import partial

import structlog

from actors.runtime.kind import MAILBOX_MESSAGES_MAX
from fittrack.cluster.strays import STRAYS_IN_A_ROW, STRAYS_MAX, Strays
from fittrack.cluster.view import View
from fittrack.kit.clock import SystemClock
from tests.fittrack.cluster.houses import KIND, House, Say, Town
from tests.stage import eventually


async def test_a_tell_that_comes_to_a_node_without_its_actor_is_sent_on(town: Town) -> None:
    one, other = town.one, town.other
    one.tell(other.cluster.node, one.of(one), "sent on")
    await eventually(lambda: one.heard, "the word")
    assert one.heard == ["sent on"]
    assert (other.cluster.exchange.metrics.astray, other.cluster.exchange.metrics.untold) == (1, 0)


async def test_a_tell_to_a_node_that_is_gone_goes_to_whoever_has_the_actor_now(town: Town) -> None:
    one, other = town.one, town.other
    one.tell("gone", one.of(other), "for the other")
    one.tell("gone", one.of(one), "for me")
    await eventually(lambda: (one.heard, other.heard) == (["for me"], ["for the other"]), "the words")
    assert one.cluster.exchange.metrics.untold == 0


def _believes_in(house: House, other: House) -> None:
    """`house` is wrong about who has what, whatever the register says."""
    house.cluster.placement.follow(View.of(1, [other.cluster.node]), house.cluster.exchange.peer)


async def test_a_tell_goes_round_in_no_circle_and_is_counted_and_said_when_nobody_has_its_actor(
    town: Town,
) -> None:
    one, other = town.one, town.other
    entity = one.of(other)
    _believes_in(one, other)
    _believes_in(other, one)
    with structlog.testing.capture_logs() as logs:
        for number in range(3):
            one.tell(other.cluster.node, entity, f"{number}")
        await eventually(lambda: one.cluster.exchange.metrics.untold == 3, "the count")
    assert not one.heard and not other.heard
    assert other.cluster.exchange.metrics.untold == 0, "each is lost once"
    [line] = [line for line in logs if line["event"] == "cluster.not_told"]
    assert (line["kind"], line["message"]) == (KIND, town.one.cluster.exchange._register.pack(Say(""))[0])


async def test_a_tell_whose_actor_takes_no_more_is_counted(town: Town) -> None:
    one, other = town.one, town.other
    other.gate.clear()
    entity, figures = one.of(other), other.cluster.exchange.metrics
    for number in range(MAILBOX_MESSAGES_MAX + 10):
        one.tell(other.cluster.node, entity, f"{number}")
    await eventually(lambda: figures.served == MAILBOX_MESSAGES_MAX + 10, "all of them")
    lost = figures.untold
    assert lost in (9, 10), "one may have its turn while the others wait"
    other.gate.set()
    await eventually(lambda: len(other.heard) == MAILBOX_MESSAGES_MAX + 10 - lost, "the rest")


async def test_what_fails_on_its_way_holds_up_nothing_that_waits_with_it() -> None:
    looks: list[str] = []
    gone_on: list[int] = []

    async def refreshed() -> None:
        looks.append("looked")
        if len(looks) == 1:
            raise ValueError("the register says what nobody understands")

    def fail() -> None:
        raise ValueError("nobody can go on with that")

    strays = Strays(SystemClock(), refreshed)
    with structlog.testing.capture_logs() as logs:
        for number in range(STRAYS_IN_A_ROW):
            strays.add(fail)
            strays.add(partial(gone_on.append, number))
        await eventually(lambda: gone_on == list(range(STRAYS_IN_A_ROW)), "all others")
        strays.add(partial(gone_on.append, -1))
        await eventually(lambda: gone_on[-1] == -1, "a later one")
    await strays.stop()
    failed = ["cluster.view_not_refreshed", *["cluster.stray_failed"] * STRAYS_IN_A_ROW]
    assert [line["event"] for line in logs if line["log_level"] == "error"] == failed


async def test_while_many_go_on_others_have_their_turns_and_those_left_are_counted_at_the_end() -> None:
    looked, gone_on = asyncio.Event(), 0

    async def refreshed() -> None:
        looked.set()

    def go_on() -> None:
        nonlocal gone_on
        gone_on += 1

    strays = Strays(SystemClock(), refreshed)
    for _ in range(STRAYS_MAX):
        assert strays.add(go_on)
    assert not strays.add(go_on), "too many"
    await looked.wait()
    with structlog.testing.capture_logs() as logs:
        await strays.stop()
    [line] = logs
    assert 0 < gone_on <= 2 * STRAYS_IN_A_ROW
    assert (line["event"], line["messages"]) == ("cluster.strays_given_up", STRAYS_MAX - gone_on)
