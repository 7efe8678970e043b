"""Drawings that a public beacon decides, with a chain of our own and a server on the loopback (FAIRNESS)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from fittrack.drawings.commands import CancelDrawing, CloseDrawing, DrawingEdit, EditDrawing, ExecuteDrawing
from fittrack.drawings.model import DrawingStatus
from fittrack.drawings.promised_beacon import BeaconNotGenuine, BeaconPending, BeaconRequired
from fittrack.drawings.rules import InvalidTransition, TooEarly
from fittrack.fairness import ftd1
from fittrack.fairness.beacon import FALLBACK_DELAYS, MIN_BEACON_LEAD, Beacon, plan_rounds
from fittrack.fairness.verification import verify
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Conflict
from protocol.outbound import DrawingClosed
from tests.actors.beacon_house import (
    fetched,
    pass_the_close_and_the_draw,
    plan_of,
    proof_of,
    sold_drawing,
    status,
    stored_of,
    taken_by,
)
from tests.actors.house import House, a_house
from tests.beacons import OWN_CHAIN, OWN_CHAINS, ROUND_1000, FakeDrand, a_drand, as_published, signed

A_ROUND = OWN_CHAIN.period


@pytest.fixture
async def drand() -> AsyncIterator[FakeDrand]:
    async with a_drand() as server:
        yield server


@pytest.fixture
async def house(tmp_path: Path, drand: FakeDrand) -> AsyncIterator[House]:
    async with a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL=drand.url) as built:
        yield built


async def test_the_rules_promise_the_round_of_the_drawing_time_and_its_fallbacks(house: House) -> None:
    drawing_id = await house.drawing()
    drawing, plan = (await house.view(drawing_id)).drawing, await plan_of(house, drawing_id)
    assert (plan.kind, plan.chain) == ("drand", OWN_CHAIN.chain_hash)
    assert plan.rounds == plan_rounds(
        OWN_CHAIN, close_at=drawing.ticket_sales_close, draw_at=drawing.drawing_time
    )
    assert timedelta(0) <= OWN_CHAIN.time_of_round(plan.round) - drawing.drawing_time < A_ROUND


async def test_a_close_shortly_before_the_draw_moves_the_promised_round(house: House) -> None:
    close_at = house.clock.now() + timedelta(hours=1)
    drawing_id = await house.drawing(
        ticket_sales_close=close_at, drawing_time=close_at + timedelta(seconds=1)
    )
    assert OWN_CHAIN.time_of_round((await plan_of(house, drawing_id)).round) >= close_at + MIN_BEACON_LEAD


async def test_an_edit_before_the_opening_promises_the_round_of_the_new_instants(house: House) -> None:
    drawing_id = await house.drawing(opened=False)
    before = await plan_of(house, drawing_id)
    later = (await house.view(drawing_id)).drawing.drawing_time + timedelta(hours=1)
    await house.run(drawing_id, EditDrawing(DrawingEdit(drawing_time=later)))
    assert (await plan_of(house, drawing_id)).round == before.round + timedelta(hours=1) // A_ROUND


async def test_the_close_opens_the_seed_before_the_round_is_known(house: House) -> None:
    drawing_id = await sold_drawing(house)
    heard = house.listen(drawing_id)
    await house.pass_time(hours=1)
    stored = await stored_of(house, drawing_id)
    assert stored.closing is not None and stored.closing.seed is not None
    assert stored.drawing.commit == ftd1.commit(drawing_id, stored.closing.seed)
    (told,) = [event.payload for event in heard if isinstance(event.payload, DrawingClosed)]
    assert told.seed == stored.closing.seed.hex()


async def test_the_promised_round_decides_and_the_record_verifies(house: House, drand: FakeDrand) -> None:
    drawing_id = await sold_drawing(house)
    await pass_the_close_and_the_draw(house)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED
    promised = (await plan_of(house, drawing_id)).round
    assert (await taken_by(house, drawing_id)).beacon == signed(promised)
    assert drand.asked == [promised]
    proof = await proof_of(house, drawing_id)
    assert verify(proof, OWN_CHAINS).ok
    assert json.loads(proof)["beacon"] == signed(promised).randomness.hex()


async def test_the_drawing_time_alone_is_not_enough(house: House, drand: FakeDrand) -> None:
    close_at = house.clock.now() + timedelta(hours=1)
    drawing_id = await sold_drawing(
        house, ticket_sales_close=close_at, drawing_time=close_at + timedelta(seconds=1)
    )
    await house.pass_time(hours=1)
    await house.pass_time(seconds=30)
    await fetched(house)
    assert await status(house, drawing_id) is DrawingStatus.CLOSED
    assert drand.asked == []
    with pytest.raises(BeaconPending) as pending:
        await house.run(drawing_id, ExecuteDrawing())
    assert pending.value.after_ms is not None and 30_000 <= pending.value.after_ms <= 33_000
    await house.pass_time(seconds=33)
    await fetched(house)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED


async def test_before_the_drawing_time_it_is_too_early_with_a_beacon_too(house: House) -> None:
    drawing_id = await sold_drawing(house)
    await house.pass_time(hours=1)
    with pytest.raises(TooEarly):
        await house.run(drawing_id, ExecuteDrawing())


async def test_after_an_early_close_the_promised_round_stays(house: House) -> None:
    drawing_id = await sold_drawing(house)
    await house.run(drawing_id, CloseDrawing())
    await pass_the_close_and_the_draw(house)
    assert (await taken_by(house, drawing_id)).round == (await plan_of(house, drawing_id)).round
    assert verify(await proof_of(house, drawing_id), OWN_CHAINS).ok


@pytest.mark.parametrize("fallback", range(len(FALLBACK_DELAYS)))
async def test_after_a_late_close_the_first_fallback_round_that_lies_far_enough_decides(
    tmp_path: Path, drand: FakeDrand, fallback: int
) -> None:
    async with a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL=drand.url) as house:
        drawing_id = await sold_drawing(house)
        plan = await plan_of(house, drawing_id)
    the_last_but_one = OWN_CHAIN.time_of_round(plan.rounds[fallback])
    just_too_late = the_last_but_one - MIN_BEACON_LEAD + timedelta(milliseconds=1)
    async with a_house(tmp_path, chain=OWN_CHAIN, start=just_too_late, DRAND_URL=drand.url) as house:
        await house.pass_time(seconds=0)
        assert await status(house, drawing_id) is DrawingStatus.CLOSED
        await house.clock.advance_to(OWN_CHAIN.time_of_round(plan.fallback_rounds[fallback]))
        await house.pass_time(seconds=0)
        await fetched(house)
        assert (await taken_by(house, drawing_id)).round == plan.fallback_rounds[fallback]
        assert verify(await proof_of(house, drawing_id), OWN_CHAINS).ok


async def test_what_closes_too_late_for_every_promised_round_is_cancelled_and_refunded(
    tmp_path: Path, drand: FakeDrand
) -> None:
    async with a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL=drand.url) as house:
        drawing_id = await sold_drawing(house)
        last = OWN_CHAIN.time_of_round((await plan_of(house, drawing_id)).rounds[-1])
    async with a_house(tmp_path, chain=OWN_CHAIN, start=last, DRAND_URL=drand.url) as house:
        with pytest.raises(InvalidTransition):
            await house.run(drawing_id, CloseDrawing())
        await house.pass_time(seconds=0)
        assert await status(house, drawing_id) is DrawingStatus.CANCELLED
        assert await house.node.jobs.apply_effects() == 4, "two refunds, two notices"


async def test_while_the_beacon_is_away_the_drawing_waits_and_then_completes(
    house: House, drand: FakeDrand
) -> None:
    drawing_id = await sold_drawing(house)
    drand.is_down = True
    await pass_the_close_and_the_draw(house)
    assert await status(house, drawing_id) is DrawingStatus.CLOSED
    with pytest.raises(InvalidTransition):
        await house.run(drawing_id, CancelDrawing("We do not like to wait"))
    drand.is_down = False
    await house.pass_time(minutes=1)
    await fetched(house)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED
    assert verify(await proof_of(house, drawing_id), OWN_CHAINS).ok


async def test_a_server_that_is_away_is_asked_less_and_less_often(house: House, drand: FakeDrand) -> None:
    await sold_drawing(house)
    drand.is_down = True
    await pass_the_close_and_the_draw(house)
    for _ in range(60):
        await house.pass_time(seconds=1)
        await fetched(house)
    assert 4 <= len(drand.asked) <= 6
    drand.asked.clear()
    for _ in range(120):
        await house.pass_time(seconds=1)
        await fetched(house)
    assert len(drand.asked) == 2


@pytest.mark.parametrize("lie", ["another round's signature", "a signature of another chain"])
async def test_a_server_that_lies_decides_nothing(house: House, drand: FakeDrand, lie: str) -> None:
    drawing_id = await sold_drawing(house)
    promised = (await plan_of(house, drawing_id)).round
    signature = ROUND_1000.signature if "chain" in lie else signed(promised + 1).signature
    drand.says = as_published(Beacon(promised, signature))
    await pass_the_close_and_the_draw(house)
    assert await status(house, drawing_id) is DrawingStatus.CLOSED
    drand.says = None
    await house.pass_time(minutes=1)
    await fetched(house)
    assert (await taken_by(house, drawing_id)).beacon == signed(promised)


async def test_an_admin_enters_the_round_by_hand(house: House, drand: FakeDrand) -> None:
    drawing_id, key = await sold_drawing(house), uuid7()
    drand.is_down = True
    await pass_the_close_and_the_draw(house)
    promised = (await plan_of(house, drawing_id)).round
    for wrong in (signed(promised + 1), Beacon(promised, signed(promised + 1).signature), ROUND_1000):
        with pytest.raises(BeaconNotGenuine):
            await house.run(drawing_id, ExecuteDrawing(wrong))
    first = await house.run(drawing_id, ExecuteDrawing(signed(promised)), key)
    again = await house.run(drawing_id, ExecuteDrawing(signed(promised)), key)
    assert again.replayed and again.body == first.body
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED
    assert verify(await proof_of(house, drawing_id), OWN_CHAINS).ok


async def test_nothing_is_entered_before_the_round_is_out(house: House) -> None:
    close_at = house.clock.now() + timedelta(hours=1)
    drawing_id = await sold_drawing(
        house, ticket_sales_close=close_at, drawing_time=close_at + timedelta(seconds=1)
    )
    await house.pass_time(hours=1)
    await house.pass_time(seconds=2)
    known_too_early = signed((await plan_of(house, drawing_id)).round)
    with pytest.raises(BeaconPending):
        await house.run(drawing_id, ExecuteDrawing(known_too_early))


async def test_a_manual_drawing_has_its_round_fetched_when_the_admin_asks(
    house: House, drand: FakeDrand
) -> None:
    drawing_id, key = await sold_drawing(house, auto_execute=False), uuid7()
    await pass_the_close_and_the_draw(house)
    assert drand.asked == []
    with pytest.raises(BeaconPending) as pending:
        await house.run(drawing_id, ExecuteDrawing(), key)
    assert pending.value.retryable
    await fetched(house)
    assert await status(house, drawing_id) is DrawingStatus.CLOSED
    await house.run(drawing_id, ExecuteDrawing(), key)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED


async def test_what_was_drawn_is_not_drawn_again_by_a_round_that_comes_twice(house: House) -> None:
    drawing_id = await sold_drawing(house)
    await pass_the_close_and_the_draw(house)
    before = await proof_of(house, drawing_id)
    await house.pass_time(minutes=2)
    await fetched(house)
    with pytest.raises(InvalidTransition):
        await house.run(drawing_id, ExecuteDrawing())
    assert await proof_of(house, drawing_id) == before


async def test_a_drawing_without_tickets_takes_its_round_too(house: House) -> None:
    drawing_id = await house.drawing()
    await pass_the_close_and_the_draw(house)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED
    assert verify(await proof_of(house, drawing_id), OWN_CHAINS).ok


async def test_without_a_beacon_the_seed_stays_closed_until_the_draw(tmp_path: Path) -> None:
    async with a_house(tmp_path, chain=OWN_CHAIN) as house:
        drawing_id = await sold_drawing(house)
        heard = house.listen(drawing_id)
        await house.pass_time(hours=1)
        (told,) = [event.payload for event in heard if isinstance(event.payload, DrawingClosed)]
        stored = await stored_of(house, drawing_id)
        assert stored.closing is not None
        assert (told.seed, stored.closing.seed) == (None, None)
        await house.pass_time(minutes=5)
        stored = await stored_of(house, drawing_id)
        assert stored.closing is not None and stored.closing.seed is not None
        assert stored.beacon is None
        assert verify(await proof_of(house, drawing_id)).ok


async def test_no_beacon_can_be_entered_where_none_was_promised(tmp_path: Path) -> None:
    async with a_house(tmp_path, chain=OWN_CHAIN) as house:
        drawing_id = await sold_drawing(house, auto_execute=False)
        await house.pass_time(hours=1)
        await house.pass_time(minutes=6)
        with pytest.raises(Conflict):
            await house.run(drawing_id, ExecuteDrawing(ROUND_1000))


async def test_where_beacons_are_required_and_none_is_configured_nothing_is_scheduled(tmp_path: Path) -> None:
    async with a_house(tmp_path, chain=OWN_CHAIN, DRAWINGS_WITHOUT_BEACON="false") as house:
        with pytest.raises(BeaconRequired):
            await house.drawing()


async def test_a_promise_outlives_the_setting(tmp_path: Path, drand: FakeDrand) -> None:
    async with a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL=drand.url) as house:
        drawing_id = await sold_drawing(house)
        await house.pass_time(hours=1)
        now = house.clock.now()
    async with a_house(tmp_path, chain=OWN_CHAIN, start=now) as house:
        await house.pass_time(minutes=6)
        await fetched(house)
        assert await status(house, drawing_id) is DrawingStatus.CLOSED
        promised = (await plan_of(house, drawing_id)).round
        await house.run(drawing_id, ExecuteDrawing(signed(promised)))
        assert verify(await proof_of(house, drawing_id), OWN_CHAINS).ok


async def test_a_restart_between_close_and_draw_changes_nothing(tmp_path: Path, drand: FakeDrand) -> None:
    async with a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL=drand.url) as house:
        drawing_id = await sold_drawing(house)
        drand.is_down = True
        await pass_the_close_and_the_draw(house)
        now = house.clock.now()
    drand.is_down = False
    async with a_house(tmp_path, chain=OWN_CHAIN, start=now, DRAND_URL=drand.url) as house:
        await house.pass_time(seconds=1)
        await fetched(house)
        assert await status(house, drawing_id) is DrawingStatus.COMPLETED
        assert verify(await proof_of(house, drawing_id), OWN_CHAINS).ok
