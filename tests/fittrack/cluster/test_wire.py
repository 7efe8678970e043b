"""What one version says to another while nodes are replaced: the bytes of the former stay readable.

`frozen/wire-0.1.0.json` holds what version 0.1.0 writes. It is never written anew: what cannot be read any
more would be refused, for minutes, in every deployment that is under way.
"""

import json
import time
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
import pytest
import redis
from msgspec.msgpack import decode, encode
from redis.asyncio import Redis

from fittrack.cluster.exchange import BEHIND_MAX_S
from fittrack.cluster.membership import views_channel
from fittrack.cluster.packets import Ask, Item, Moved, Reply, entity_to_wire, read
from fittrack.kit.clock import SystemClock
from fittrack.pubsub.messages import Message
from fittrack.pubsub.parcels import open_parcel
from tests.fittrack.cluster.houses import KIND, NAMESPACE, House, Say, Town
from tests.fittrack.cluster.wire_samples import (
    ITEMS,
    PUBLICATIONS,
    REGISTER,
    SENDER,
    VALUES,
    is_same,
)
from tests.stage import eventually

FROZEN: Final = json.loads((Path(__file__).parent / "frozen" / "wire-0.1.0.json").read_text())
PACKETS: Final = {name: bytes.fromhex(text) for name, text in FROZEN["packets"].items()}
PARCELS: Final = {name: bytes.fromhex(text) for name, text in FROZEN["publications"].items()}


def test_one_of_everything_that_nodes_say_is_frozen() -> None:
    assert PACKETS.keys() == ITEMS.keys()
    assert {type(item) for item in ITEMS.values()} == set(get_args(Item))
    assert PARCELS.keys() == PUBLICATIONS.keys()
    assert {type(message) for message in PUBLICATIONS.values()} == set(get_args(Message))


def _reads_packet(name: str, data: bytes) -> None:
    sender, [item], unreadable = read(data)
    assert (sender, unreadable, item) == (SENDER, 0, ITEMS[name])


def _carries(name: str, item: Item) -> None:
    if not isinstance(item, Moved):
        wanted = VALUES[name.removeprefix("reply: ") if isinstance(item, Reply) else "a command"]
        assert is_same(REGISTER.unpack((item.name, item.value)), wanted)


@pytest.mark.parametrize("name", ITEMS)
def test_the_packets_of_the_former_version_are_read(name: str) -> None:
    _reads_packet(name, PACKETS[name])
    _carries(name, read(PACKETS[name]).items[0])


@pytest.mark.parametrize("name", PUBLICATIONS)
def test_the_publications_of_the_former_version_are_read(name: str) -> None:
    sender, parcel = open_parcel(PARCELS[name])
    assert (sender, REGISTER.unpack(parcel)) == (SENDER, PUBLICATIONS[name])


def _later(value: Any) -> Any:
    """The value as a version would write it whose types have a field more."""
    if isinstance(value, dict):
        by_kind = value.get("troubles")  # no struct
        return {
            **{name: each if each is by_kind else _later(each) for name, each in value.items()},
            "new": 1,
        }
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):  # a parcel in an open field
        return [value[0], _later(value[1])]
    return value


def _later_parcel(name: str, value: Any) -> Any:
    if name == "several":
        return [_later(each) for each in value]
    return [*map(_later, value), "new"] if isinstance(value, list) else _later(value)


@pytest.mark.parametrize("name", ITEMS)
def test_fields_that_a_later_version_adds_are_skipped_in_packets(name: str) -> None:
    sender, [item] = decode(PACKETS[name])
    if item[0] != Moved.__struct_config__.tag:
        at = 5 if item[0] == Ask.__struct_config__.tag else 3
        item[at] = _later_parcel(item[at - 1], item[at])
    more = [] if item[0] != Ask.__struct_config__.tag else [False, 0]
    data = encode([sender, [[*item, *more, "new"]], "new"])
    assert data != PACKETS[name]
    _carries(name, read(data).items[0])
    assert read(data).unreadable == 0


@pytest.mark.parametrize("name", PUBLICATIONS)
def test_fields_that_a_later_version_adds_are_skipped_in_publications(name: str) -> None:
    sender, kind, value = decode(PARCELS[name])
    data = encode([sender, kind, _later_parcel(kind, value), "new"])
    assert REGISTER.unpack(open_parcel(data)[1]) == PUBLICATIONS[name]


def test_a_field_that_the_former_version_did_not_write_yet_has_its_default() -> None:
    _, kind, [channel, seq, payload, *_] = decode(PARCELS["channel"])
    event = REGISTER.unpack((kind, msgspec.Raw(encode([channel, seq, payload]))))
    assert (event.channel, event.lasting, event.audience, event.once) == (channel, False, "", "")
    _, kind, [*head, _] = decode(PARCELS["stream"])
    assert REGISTER.unpack((kind, msgspec.Raw(encode(head)))).payload is None


# --- What cannot be understood ------------------------------------------------------------------------------


class Stranger:
    """A node of a later version, which says what nobody here knows."""

    NAME: Final = "later"

    def __init__(self, url: str, redis: Redis, heard: Any) -> None:
        self._url, self._redis, self._heard = url, redis, heard

    async def say(self, house: House, *items: Any) -> None:
        node = house.cluster.node
        await self._redis.publish(f"{NAMESPACE}:n:{node}", encode([self.NAME, list(items), "new"]))

    def say_and_halt(self, house: House, *items: Any) -> None:
        """Say it, and let the process stand still for so long that it may have lain unread too long."""
        with redis.Redis.from_url(self._url) as at_once:
            at_once.publish(f"{NAMESPACE}:n:{house.cluster.node}", encode([self.NAME, list(items), "new"]))
        time.sleep(BEHIND_MAX_S)

    async def hear(self) -> list[Item]:
        while (said := await self._heard.get_message(ignore_subscribe_messages=True, timeout=60)) is None:
            continue
        return list(read(said["data"]).items)

    async def answers(self, house: House, wanted: int) -> dict[int, Any]:
        """What so many asks came to, by their numbers."""
        found: dict[int, Any] = {}
        while len(found) < wanted:
            for reply in await self.hear():
                assert isinstance(reply, Reply)
                found[reply.number] = house.unpack((reply.name, reply.value))
        return found


@pytest.fixture
async def stranger(town: Town) -> Any:
    client = Redis.from_url(town.redis.url)
    heard = client.pubsub()
    await heard.subscribe(f"{NAMESPACE}:n:{Stranger.NAME}")
    yield Stranger(town.redis.url, client, heard)
    await heard.aclose()
    await client.aclose()


def _asks(
    town: Town, number: int, *, entity: bytes | None = None, name: str | None = None, **time: int
) -> Ask:
    known, value = town.other.pack(Say(f"{number}"))
    entity = entity_to_wire(town.one.of(town.other)) if entity is None else entity
    time = time or {"until_ms": 4_000_000_000_000}
    return Ask(number, KIND, entity, known if name is None else name, value, **{"until_ms": 0, **time})


async def test_what_cannot_be_read_is_skipped_and_counted_and_the_rest_of_its_packet_is_served(
    town: Town, stranger: Stranger
) -> None:
    of_a_kind_to_come = [9, 1, "what", {"ever": True}]
    await stranger.say(
        town.other,
        of_a_kind_to_come,
        _asks(town, 1, entity=b"u too short"),
        _asks(town, 2, entity=b"t\xff"),
        _asks(town, 0, entity=b"t\xff"),
        _asks(town, 3, name="of a type to come"),
        _asks(town, 4),
    )
    answers = await stranger.answers(town.other, 4)
    assert [answers[number].code for number in (1, 2, 3)] == ["busy"] * 3
    assert answers[4] == Say("4")
    figures = town.other.cluster.exchange.metrics
    assert (figures.unreadable, figures.untold, town.other.cluster.unreadable) == (5, 1, 5)


async def test_how_long_somebody_waits_does_not_depend_on_what_clocks_show(
    town: Town, stranger: Stranger
) -> None:
    long_ago, to_come = 1, 4_000_000_000_000
    await stranger.say(
        town.other,
        _asks(town, 1, until_ms=long_ago, left_ms=60_000),  # its clock is behind
        _asks(town, 2, until_ms=to_come, left_ms=0),  # the former version says no more
        _asks(town, 3, until_ms=long_ago, left_ms=0),
    )
    answers = await stranger.answers(town.other, 3)
    assert (answers[1], answers[2], answers[3].code) == (Say("1"), Say("2"), "busy")


async def test_what_lay_unread_until_nobody_waited_any_longer_is_not_done(
    town: Town, stranger: Stranger
) -> None:
    second_ms = 1000
    now_ms = int(SystemClock().now().timestamp() * second_ms)
    too_late = _asks(town, 1, until_ms=now_ms - second_ms, left_ms=10 * second_ms)
    in_time = _asks(town, 2, until_ms=now_ms + 600 * second_ms, left_ms=600 * second_ms)
    stranger.say_and_halt(town.other, too_late, in_time)
    answers = await stranger.answers(town.other, 2)
    assert (answers[1].code, answers[2]) == ("busy", Say("2"))
    assert town.other.heard == ["2"]

    async def clocks_do_not_matter_again() -> bool:
        await stranger.say(town.other, _asks(town, 3, until_ms=1, left_ms=60 * second_ms))
        return (await stranger.answers(town.other, 1))[3] == Say("3")

    await eventually(clocks_do_not_matter_again, "something new")


async def test_an_ask_says_how_long_it_is_waited_for_in_the_words_of_both_versions(
    town: Town, stranger: Stranger
) -> None:
    exchange, now_ms = town.one.cluster.exchange, SystemClock().now().timestamp() * 1000
    options: Any = {"on_reply": lambda _: None, "cause": None}
    exchange.ask(Stranger.NAME, KIND, "some", Say("there?"), timeout_s=600.0, **options)
    exchange.ask(Stranger.NAME, KIND, "some", Say("there?"), timeout_s=0.0, **options)
    [ask, too_late] = await stranger.hear()
    assert isinstance(ask, Ask) and isinstance(too_late, Ask)
    assert 540_000 < ask.left_ms <= 600_000
    assert ask.until_ms - now_ms == pytest.approx(600_000, abs=60_000)
    assert too_late.left_ms == 1, "nothing at all is what the former version says"


async def test_what_is_no_packet_at_all_harms_nothing(town: Town, stranger: Stranger) -> None:
    for data in (b"", b"\xff" * 9, encode({"a": "map"})):
        await stranger._redis.publish(f"{NAMESPACE}:n:{town.other.cluster.node}", data)
    await stranger.say(town.other, _asks(town, 1))
    [reply] = await stranger.hear()
    assert isinstance(reply, Reply) and town.other.unpack((reply.name, reply.value)) == Say("1")
    assert town.other.cluster.exchange.metrics.unreadable == 3


async def test_whatever_is_said_of_the_register_nodes_look_for_themselves(
    town: Town, stranger: Stranger
) -> None:
    before = town.one.cluster.nodes
    await stranger._redis.publish(views_channel(NAMESPACE), b"more than nothing")
    await stranger._redis.publish(views_channel(NAMESPACE), b"")
    assert await town.one.ask(town.one.of(town.other), "still there") == Say("still there")
    assert town.one.cluster.nodes == before
