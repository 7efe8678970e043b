"""What the world outside sees of a beacon: the closing before the draw, and the round entered by hand."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestClient, TestServer

from fittrack.accounts.commands import ChangeStatus
from fittrack.drawings import winner_queries
from fittrack.drawings.model import DrawingStatus
from fittrack.fairness import ftd1
from fittrack.fairness.closing import Closing
from fittrack.fairness.entries import Entries
from fittrack.fairness.record import PassedOver
from fittrack.kit.ids import DrawingId
from fittrack.kit.standing import AccountStatus, Role
from tests.actors.beacon_house import (
    fetched,
    pass_the_close_and_the_draw,
    plan_of,
    proof_of,
    sold_drawing,
    status,
)
from tests.actors.house import House, a_house
from tests.admins import set_up_factor
from tests.beacons import OWN_CHAIN, FakeDrand, a_drand, signed
from tests.world import enrol

Client = TestClient[Any, Any]


@pytest.fixture
async def drand() -> AsyncIterator[FakeDrand]:
    async with a_drand() as server:
        yield server


@pytest.fixture
async def house(tmp_path: Path, drand: FakeDrand) -> AsyncIterator[House]:
    async with a_house(tmp_path, chain=OWN_CHAIN, DRAND_URL=drand.url) as built:
        yield built


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with TestClient(TestServer(house.node.app)) as built:
        yield built


async def closing_of(client: Client, drawing_id: DrawingId) -> dict[str, Any]:
    async with client.get(f"/api/v1/drawings/{drawing_id}/closing") as response:
        assert response.status == 200
        closing: dict[str, Any] = await response.json()
        return closing


async def post(client: Client, address: str, token: str, body: object = None) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with client.post(f"/api/v1{address}", json=body, headers=headers) as response:
        return response.status, await response.json()


async def admin_token(house: House, client: Client) -> str:
    """The token of an admin who has just shown a second factor."""
    token = (await enrol(house.node, "boss", role=Role.ADMIN)).token

    async def granted(address: str, body: object) -> dict[str, Any]:
        code, answer = await post(client, address, token, body)
        assert code == 200, answer
        return answer

    await set_up_factor(granted, house.clock.now())
    return token


def as_closed(closing: dict[str, Any]) -> Closing:
    """What anybody computes from a published closing."""
    entries = Entries(
        (first, count, bytes.fromhex(tag), bytes.fromhex(receipt))
        for first, count, tag, receipt in closing["entries"]
    )
    drawing_id = UUID(closing["drawing_id"])
    return Closing(
        drawing_id=drawing_id,
        rules=closing["rules"].encode(),
        seed=bytes.fromhex(closing["seed"]),
        entries=entries,
        root=ftd1.root(drawing_id, entries),
        passed_over=tuple(
            PassedOver(bytes.fromhex(row["tag"]), row["reason"]) for row in closing["passed_over"]
        ),
    )


async def test_there_is_no_closing_before_the_close(house: House, client: Client) -> None:
    drawing_id = await house.drawing()
    async with client.get(f"/api/v1/drawings/{drawing_id}/closing") as response:
        assert response.status == 404


async def test_whoever_keeps_the_closing_draws_as_soon_as_the_round_is_out(
    house: House, client: Client
) -> None:
    drawing_id = await sold_drawing(house)
    barred = await house.player("bea")
    await house.buy(barred, drawing_id, 90)
    await house.do(barred, ChangeStatus(status=AccountStatus.SUSPENDED, reason="Looked at"))
    await house.pass_time(hours=1)
    kept = await closing_of(client, drawing_id)
    closing = as_closed(kept)
    assert [row["reason"] for row in kept["passed_over"]] == ["suspended"]
    assert (closing.root.hex(), closing.entries.total) == (kept["root"], kept["total_tickets"])
    assert ftd1.commit(closing.drawing_id, closing.seed).hex() == kept["seed_commit"]

    foreseen = closing.winners(signed((await plan_of(house, drawing_id)).round))
    await house.pass_time(minutes=5, seconds=3)
    await fetched(house)
    drawn = await house.node.reads.run(winner_queries.winners_of, drawing_id)
    assert [(row.winning_ticket_number, row.tag, row.word) for row in drawn] == foreseen
    proof = json.loads(await proof_of(house, drawing_id))
    assert proof["entries"] == kept["entries"]


async def test_without_a_beacon_the_closing_tells_the_seed_after_the_draw_alone(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, TestClient(TestServer(house.node.app)) as client:
        drawing_id = await sold_drawing(house)
        await house.pass_time(hours=1)
        before = await closing_of(client, drawing_id)
        assert before["seed"] is None
        await house.pass_time(minutes=5)
        after = await closing_of(client, drawing_id)
        seed = bytes.fromhex(after["seed"])
        assert ftd1.commit(drawing_id, seed).hex() == before["seed_commit"]
        assert after == before | {"seed": seed.hex()}


async def test_asked_to_draw_without_the_round_it_says_when_to_ask_again(
    house: House, client: Client
) -> None:
    drawing_id = await sold_drawing(house, auto_execute=False)
    await pass_the_close_and_the_draw(house)
    token = await admin_token(house, client)
    code, problem = await post(client, f"/drawings/{drawing_id}/execute", token)
    assert (code, problem["type"].rpartition("/")[2]) == (409, "beacon-pending")
    assert problem["retryable"] is True
    assert problem["after_ms"] > 0
    await fetched(house)
    code, results = await post(client, f"/drawings/{drawing_id}/execute", token)
    assert (code, len(results["winners"])) == (200, 2)


async def test_a_round_entered_by_hand_decides_if_it_is_genuine(
    house: House, client: Client, drand: FakeDrand
) -> None:
    drawing_id = await sold_drawing(house)
    drand.is_down = True
    await pass_the_close_and_the_draw(house)
    token = await admin_token(house, client)
    number = (await plan_of(house, drawing_id)).round
    address = f"/drawings/{drawing_id}/beacon"

    async def enter(signature: str) -> tuple[int, dict[str, Any]]:
        return await post(client, address, token, {"round": number, "signature": signature})

    code, problem = await enter(signed(number + 1).signature.hex())
    assert (code, problem["type"].rpartition("/")[2]) == (422, "beacon-not-genuine")
    code, problem = await enter("no signature")
    assert (code, problem["type"].rpartition("/")[2]) == (422, "validation")
    code, results = await enter(signed(number).signature.hex())
    assert (code, len(results["winners"])) == (200, 2)
    assert await status(house, drawing_id) is DrawingStatus.COMPLETED


async def test_nobody_but_an_admin_enters_rounds(house: House, client: Client) -> None:
    drawing_id = await sold_drawing(house)
    player = await enrol(house.node, "eve")
    body = {"round": 1, "signature": signed(1).signature.hex()}
    code, _ = await post(client, f"/drawings/{drawing_id}/beacon", player.token, body)
    assert code == 403
