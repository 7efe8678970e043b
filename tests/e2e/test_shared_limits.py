"""Two servers on one Redis: what they share, and what becomes of them without it."""

from pathlib import Path

from tests.players import Rest, problem_code
from tests.redis_server import redis_server
from tests.server import serving
from tests.stage import Stage, eventually

LIMIT = 10


async def test_two_servers_share_one_budget_and_outlive_their_redis(stage: Stage, tmp_path: Path) -> None:
    token = stage.world.players[0].token
    with redis_server(tmp_path) as redis:
        environ = {"REDIS_URL": redis.url, "RATE_LIMIT_USER": str(LIMIT)}
        async with (
            serving(stage.folder, **environ) as one,
            serving(stage.folder, **environ) as other,
            Rest(one) as at_one,
            Rest(other) as at_other,
        ):
            for _ in range(LIMIT // 2):
                await at_one.get("/points/transactions", token)
                await at_other.get("/points/transactions", token)
            for rest in (at_one, at_other):
                status, body = await rest.call("GET", "/points/transactions", token=token)
                assert (status, problem_code(body)) == (429, "rate-limited")

            redis.kill()
            await at_one.get("/points/transactions", token)

            async def ready() -> bool:
                status, body = await at_one.call("GET", "/../../health/ready")
                return (status, body["parts"]["redis"]["status"]) == (200, "ok")

            assert not await ready()
            redis.start()
            await eventually(ready, "readiness")
