"""Many race for one drawing, and one against himself: nothing oversold, nothing doubled, nothing lost."""

import asyncio
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from fittrack.fairness.verification import verify_file
from protocol.client import Client
from protocol.client_errors import CommandRefused
from protocol.outbound import TicketsBought
from tests.admins import open_drawing
from tests.bets import Bets
from tests.evidence import assert_each_once, assert_sound
from tests.players import Rest, client, problem_code
from tests.server import Server, serving
from tests.stage import POINTS, Stage, eventually
from tests.world import Member

PURCHASES = 2_000
TICKETS_MAX = 12
COST = 100
"""With this, ten purchases of up to 12 tickets cost more than the 6,000 points of some players."""
SALES_S = 15

REFUSALS = {"insufficient-points", "sales-closed"}


@dataclass(frozen=True)
class Race:
    """A server, a drawing, and what those who race for it wanted and got."""

    server: Server
    rest: Rest
    drawing_id: UUID
    bets: Bets

    async def play(self, member: Member, quantities: list[int]) -> None:
        """Bet through both doors at once; the events of it all arrive."""
        async with client(self.server, member.token) as (phone, witness):
            await asyncio.gather(
                *(
                    self.bets.over_rest(self.rest, member.token, self.drawing_id, quantity)
                    if n % 2
                    else self.bets.over_websocket(phone, self.drawing_id, quantity)
                    for n, quantity in enumerate(quantities)
                )
            )
            balance = await self.rest.get("/points/balance", member.token)
            seq = balance["ledger_seq"]
            await eventually(lambda: phone.positions.ledger == seq, "the last event of the ledger")
            witness.assert_complete({"ledger": seq})

    async def through_all_doors(
        self, phone: Client, member: Member, key: UUID, quantity: int
    ) -> TicketsBought | None:
        """The one answer that all doors give, asked at the same time; None is a refusal."""
        by_socket, *by_rest = await asyncio.gather(
            _over_websocket(phone, self.drawing_id, quantity, key),
            self.rest.insist(member.token, self.drawing_id, quantity, key),
            self.rest.insist(member.token, self.drawing_id, quantity, key),
        )
        if by_socket is None:
            assert {(status, problem_code(body)) for status, body in by_rest} == {
                (409, "insufficient-points")
            }
            return None
        for status, body in by_rest:
            assert status == 201
            bought = msgspec.convert(body, TicketsBought)
            assert msgspec.structs.replace(bought, replayed=False) == by_socket
        return by_socket

    async def race_himself(self, member: Member, quantities: Iterable[int]) -> None:
        """One player wants it all, everything through all doors."""
        async with client(self.server, member.token) as (phone, witness):
            keys = {self.bets.new_key(): quantity for quantity in quantities}
            answers = await asyncio.gather(
                *(self.through_all_doors(phone, member, key, quantity) for key, quantity in keys.items())
            )
            for key, answer in zip(keys, answers, strict=True):
                if answer is not None:
                    self.bets.granted(key, answer.transaction_id, answer.quantity)
            balance = await self.rest.get("/points/balance", member.token)
            seq = balance["ledger_seq"]
            await eventually(lambda: phone.positions.ledger == seq, "the last event of the ledger")
            witness.assert_complete({"ledger": seq})


async def test_two_thousand_purchases_of_two_hundred_players_race_for_one_drawing_to_its_close(
    stage: Stage,
) -> None:
    rng, bets, players = random.Random(7), Bets(), stage.world.players
    async with serving(stage.folder) as server, Rest(server) as rest:
        drawing_id = await open_drawing(rest, stage.world.admin.token, cost=COST, sales_s=SALES_S)
        race = Race(server, rest, drawing_id, bets)
        channel = f"drawing:{drawing_id}"
        async with client(server, players[0].token) as (watcher, witness):
            await watcher.subscribe(channel)
            wanted = [
                [rng.randint(1, TICKETS_MAX) for _ in range(PURCHASES // len(players))] for _ in players
            ]
            await asyncio.gather(*map(race.play, players, wanted))
            await eventually(lambda: "drawing.result" in witness.kinds(channel), "a result")
        proof = stage.folder / "proof.json"
        proof.write_bytes(await rest.read(f"/drawings/{drawing_id}/proof"))
        results = await rest.get(f"/drawings/{drawing_id}/results")
    assert verify_file(proof).ok
    assert_every_number_once(proof, bets, results["total_tickets"])
    assert bets.bought
    assert len(bets.bought) + bets.refused.total() == PURCHASES
    assert bets.refused.keys() <= REFUSALS
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


def assert_every_number_once(proof: Path, bets: Bets, total_tickets: int) -> None:
    """The published ranges tile 1..N, and every acknowledged purchase is one of them."""
    entries = json.loads(proof.read_bytes())["entries"]
    following = 1
    for first, count, _, _ in entries:
        assert first == following
        following += count
    assert following == total_tickets + 1
    counts = {UUID(receipt): count for _, count, _, receipt in entries}
    assert counts == dict(bets.bought.values())


async def test_a_player_who_races_himself_through_all_doors_pays_once_for_each_intention(
    stage: Stage,
) -> None:
    """Each key is sent over REST twice and over the WebSocket once, all at the same time."""
    member, bets, quantities = stage.world.players[0], Bets(), range(100, 140)
    async with serving(stage.folder) as server, Rest(server) as rest:
        await Race(server, rest, stage.world.drawing_id, bets).race_himself(member, quantities)
        balance = await rest.get("/points/balance", member.token)
    assert len(bets.bought) == len(quantities)
    assert balance["balance"] == POINTS - sum(quantities)
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def test_a_player_who_races_himself_never_spends_more_than_he_has(stage: Stage) -> None:
    member, bets = stage.world.players[0], Bets()
    async with serving(stage.folder) as server, Rest(server) as rest:
        await Race(server, rest, stage.world.drawing_id, bets).race_himself(member, [POINTS // 4] * 12)
        balance = await rest.get("/points/balance", member.token)
    assert len(bets.bought) == 4
    assert balance["balance"] == 0
    assert_each_once(stage, bets.acknowledged, bets.sent)
    assert_sound(stage)


async def _over_websocket(phone: Client, drawing_id: UUID, quantity: int, key: UUID) -> TicketsBought | None:
    try:
        bought = await phone.buy_tickets(drawing_id, quantity, key=key)
    except CommandRefused as refusal:
        assert refusal.code == "insufficient-points"
        return None
    return msgspec.structs.replace(bought, replayed=False)
