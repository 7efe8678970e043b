"""What is of the whole product is the same at every node: what operators see, limits, keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from fittrack.accounts.commands import ChangeStatus
from fittrack.app import Node
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import uuid7
from fittrack.kit.origin import Origin
from fittrack.kit.problems import Busy
from fittrack.kit.standing import AccountStatus
from fittrack.server.account import CONNECTIONS_PER_ACCOUNT_MAX
from fittrack.server.asking import USER
from protocol.close_codes import CloseCode
from tests.cluster.nodes import cluster_of, two_nodes_here
from tests.evidence import assert_sound
from tests.players import Rest, problem_code
from tests.redis_server import redis_server
from tests.server import Address
from tests.stage import Stage, eventually
from tests.wire import Wire, purchase, wired
from tests.world import Member

REQUESTS_A_MINUTE = 6


def living_at(node: Node, members: list[Member]) -> Member:
    """Somebody whose actor runs on `node`."""
    return next(each for each in members if node.links.placement.locate(USER, each.user_id) is None)


async def is_linked(node: Node) -> bool:
    """Whether the node hears itself through Redis."""
    try:
        await cluster_of(node).check()
    except Busy:
        return False
    return True


@asynccontextmanager
async def watching(address: Address, admin: Member) -> AsyncIterator[Wire]:
    """An admin who listens to `ops`."""
    async with wired(address, admin.token) as wire:
        await wire.send({"t": "sub", "id": "sub", "ch": "ops"})
        await wire.until("snapshot")
        yield wire


async def heard(wire: Wire, kind: str, fits: Callable[[Any], object]) -> Any:
    """The first event of that type that fits, from now on."""
    seen = len(wire.frames)
    while True:
        for frame in wire.frames[seen:]:
            if frame["t"] == kind and fits(frame["d"]):
                return frame["d"]
        seen = len(wire.frames)
        assert await wire.read(), "the connection ended"


async def test_whoever_watches_sees_all_nodes_and_what_happens_on_any(stage: Stage, tmp_path: Path) -> None:
    admin, players = stage.world.admin, stage.world.players
    with redis_server(tmp_path) as redis:
        async with (
            two_nodes_here(stage, redis) as (one, at_one, other, at_other),
            Rest(at_one) as rest,
            watching(at_one, admin) as ops,
            wired(at_other, players[0].token) as phone,
        ):
            names = sorted(cluster_of(one).nodes)
            live = (await rest.get("/admin/live", admin.token))["live"]
            assert [each["node"] for each in live["by_node"]] == names

            await phone.send(*(purchase(stage.world.drawing_id, uuid7()) for _ in range(3)))
            live = await heard(ops, "ops.live", lambda live: live["purchases_per_s"] > 0)
            live = await heard(ops, "ops.live", lambda live: live["connections"] == 2)
            assert live["nodes"] == 2
            connections = {each["node"]: each["connections"] for each in live["by_node"]}
            assert connections == dict.fromkeys(names, 1)

            far = living_at(other, players)
            other.registry.ref(USER, far.user_id).tell("what no player understands")
            alert = await heard(ops, "ops.alert", lambda alert: alert["code"] == "actors-failing")
            assert alert["subject"] == USER
            wish = ChangeStatus(status=AccountStatus.SUSPENDED, reason="A pause")
            origin = Origin(admin.user_id, "127.0.0.1", "a-request")
            await other.registry.ref(USER, far.user_id).ask(intend(wish, None, origin))
            action = await heard(ops, "ops.action", lambda _: True)
            assert (action["action"], action["entity_id"]) == ("user.status", str(far.user_id))

            await cluster_of(other).stop()  # nobody hears it any more
            live = await heard(ops, "ops.live", lambda live: live["nodes"] == 1)
            assert [each["node"] for each in live["by_node"]] == [cluster_of(one).node]
    assert_sound(stage)


async def test_limits_and_keys_count_for_all_nodes_together(stage: Stage, tmp_path: Path) -> None:
    member, drawing_id, key = stage.world.players[0], stage.world.drawing_id, uuid7()
    with redis_server(tmp_path) as redis:
        async with (
            two_nodes_here(stage, redis, RATE_LIMIT_USER=str(REQUESTS_A_MINUTE)) as (_, at_one, _, at_other),
            Rest(at_one) as near,
            Rest(at_other) as far,
        ):
            status, bought = await near.buy(member.token, drawing_id, 1, key)
            again, replayed = await far.buy(member.token, drawing_id, 1, key)
            assert (status, again) == (201, 201)
            assert replayed["transaction_id"] == bought["transaction_id"]
            status, refusal = await far.buy(member.token, drawing_id, 2, key)
            assert (status, problem_code(refusal)) == (422, "idempotency-mismatch")
            for door in (near, far, near):
                assert (await door.call("GET", "/points/balance", token=member.token))[0] == 200
            for door in (near, far):
                status, refusal = await door.call("GET", "/points/balance", token=member.token)
                assert (status, problem_code(refusal)) == (429, "rate-limited")
    assert_sound(stage)


async def test_an_account_has_five_connections_at_all_nodes_together_and_at_each_without_redis(
    stage: Stage, tmp_path: Path
) -> None:
    with redis_server(tmp_path) as redis:
        async with two_nodes_here(stage, redis) as (one, at_one, other, at_other), AsyncExitStack() as phones:
            member = living_at(other, stage.world.players)

            async def enter(*addresses: Address) -> list[Wire]:
                return [await phones.enter_async_context(wired(each, member.token)) for each in addresses]

            def open_at_each() -> list[int]:
                return [len(node.server.sockets.hub.connections_of(member.user_id)) for node in (one, other)]

            first, second, *rest = await enter(*(at_one, at_other) * 2, at_one, at_one, at_one)
            for replaced in (first, second):
                while await replaced.read():
                    pass
                assert replaced.close_code == CloseCode.REPLACED
            assert open_at_each() == [4, 1]

            redis.kill()
            rest += await enter(at_other, at_other)
            assert open_at_each() == [4, 3], "nobody knows of the others"
            redis.start()
            for node in (one, other):
                await eventually(lambda n=node: is_linked(n), "the link")
            rest += await enter(at_one)
            await eventually(lambda: sum(open_at_each()) == CONNECTIONS_PER_ACCOUNT_MAX, "the surplus's end")
            for phone in rest[-3:]:
                await phone.send({"t": "ping", "id": "still here"})
                await phone.answers(["still here"])
