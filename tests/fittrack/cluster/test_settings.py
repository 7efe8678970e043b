"""What a node says of its settings, in a real Redis, and what others read of it."""

from pathlib import Path
from types import MappingProxyType

from fittrack.cluster.settings import hear, say
from fittrack.pubsub.redis_place import redis_client
from fittrack.pubsub.redis_url import RedisUrl
from tests.redis_server import redis_server

HOUSE = "fittrack:house"


async def test_settings_are_heard_as_they_are_said_whatever_mapping_they_come_in(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        async with redis_client(RedisUrl.parse(redis.url)) as client:
            await say(client, HOUSE, "a", MappingProxyType({"PLATFORM_TZ": "UTC"}))
            await say(client, HOUSE, "b", MappingProxyType({}))
            heard = await hear(client, HOUSE, ["a", "b", "of an earlier version"])
    assert heard == {"a": {"PLATFORM_TZ": "UTC"}, "b": {}}
