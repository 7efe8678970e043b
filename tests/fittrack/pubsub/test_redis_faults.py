"""Redis dies, stands still, forgets; the network in front of it does worse. Nodes go on, and hear again."""

import pytest

from fittrack.pubsub import redis_speaker
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from tests.fittrack.pubsub.brokers import NAMESPACE, Talker, talkers
from tests.redis_server import RedisServer
from tests.stage import eventually

TOPIC = "channel:drawings"


def through(proxy: FaultyProxy) -> str:
    return f"redis://127.0.0.1:{proxy.port}"


async def _hears_of_ada(ada: Talker, bob: Talker) -> None:
    await ada.is_heard(TOPIC, bob)
    await eventually(lambda: ada.link.is_up and bob.link.is_up, "both links")


async def test_a_node_hears_only_what_its_clients_watch_and_each_message_once(redis: RedisServer) -> None:
    async with talkers(redis.url, 3) as (ada, bob, eve):
        for _ in range(3):
            bob.broker.subscribe(TOPIC, lambda message: bob._hear(TOPIC, message))
        bob.heard[TOPIC] = []
        await bob.broker.listening(TOPIC)
        await eve.listen("channel:other")
        count = redis.call("PUBSUB", "NUMSUB", f"{NAMESPACE}:t:{TOPIC}").split()[-1]
        assert count == "1", "one node listens, whatever the number of its clients"
        told: list[int | None] = []
        ada.link.say(f"{NAMESPACE}:t:{TOPIC}", b"", told.append)
        news = ada.say(TOPIC)
        await eventually(lambda: bob.heard[TOPIC], "the news")
        assert (bob.heard[TOPIC], told) == ([news] * 3, [1])
        assert not eve.heard["channel:other"]


async def test_after_redis_comes_back_empty_everything_is_heard_again(redis: RedisServer) -> None:
    async with talkers(redis.url) as (ada, bob):
        await bob.listen(TOPIC)
        redis.kill()
        await eventually(lambda: ada.say(TOPIC) and ada.link.dropped, "the loss, which is counted")
        await eventually(lambda: not bob.link.is_up, "the loss")
        redis.start()
        await _hears_of_ada(ada, bob)


async def test_a_network_that_is_slow_is_no_failure(redis: RedisServer) -> None:
    async with faulty_proxy(redis.port) as proxy, talkers(through(proxy)) as (ada, bob):
        await bob.listen(TOPIC)
        proxy.delay_s = 0.1
        said = [ada.say(TOPIC) for _ in range(5)]
        await eventually(lambda: bob.heard[TOPIC] == said, "what was said")
        assert ada.link.losses == bob.link.losses == 0


async def test_connections_that_break_are_made_anew(redis: RedisServer) -> None:
    async with faulty_proxy(redis.port) as proxy, talkers(through(proxy)) as (ada, bob):
        await bob.listen(TOPIC)
        for _ in range(3):
            proxy.reset()
            await _hears_of_ada(ada, bob)


async def test_a_speaker_whose_words_get_lost_notices_and_says_that_nobody_knows(redis: RedisServer) -> None:
    async with faulty_proxy(redis.port) as proxy, talkers(through(proxy)) as (ada, bob):
        await bob.listen(TOPIC)
        proxy.forget(to_server=True)
        told: list[int | None] = []
        assert ada.link.say("anything", b"", told.append)
        await eventually(lambda: told, "the verdict")
        assert told == [None]
        await _hears_of_ada(ada, bob)


async def test_a_listener_to_whom_nothing_comes_any_more_notices_by_its_canary(redis: RedisServer) -> None:
    async with (
        faulty_proxy(redis.port) as proxy,
        talkers(redis.url, 1) as (ada,),
        talkers(through(proxy), 1) as (bob,),
    ):
        await bob.listen(TOPIC)
        proxy.forget(to_client=True)
        await eventually(lambda: not bob.link.is_up, "the discovery")
        await _hears_of_ada(ada, bob)


async def test_while_redis_stands_still_what_is_said_is_bounded_and_counted(redis: RedisServer) -> None:
    async with talkers(redis.url) as (ada, bob):
        await bob.listen(TOPIC)
        redis.freeze()
        taken = [ada.link.say(TOPIC, b"") for _ in range(redis_speaker.WAITING_MAX + 5)]
        assert sum(taken) <= redis_speaker.WAITING_MAX
        assert ada.link.dropped >= 5
        redis.thaw()
        await _hears_of_ada(ada, bob)


async def test_while_redis_stands_still_what_is_said_is_bounded_in_bytes_as_well(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_speaker, "WAITING_BYTES_MAX", 400_000)
    large = bytes(100_000)
    async with talkers(redis.url, 1) as [ada]:
        told: list[int | None] = []

        def says(data: bytes) -> bool:
            return ada.link.say(TOPIC, data, told.append)

        await eventually(lambda: says(large * 5), "that what is alone is taken, however large")
        await eventually(lambda: told, "its verdict")
        redis.freeze()
        dropped = ada.link.dropped
        assert [says(large) for _ in range(6)] == [True] * 4 + [False] * 2
        assert ada.link.dropped == dropped + 2
        redis.thaw()
        await eventually(lambda: len(told) == 5, "the verdicts")
        await eventually(lambda: says(large), "that there is room again")
