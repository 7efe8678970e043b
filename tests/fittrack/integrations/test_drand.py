"""What the client believes of a drand server: a genuine round, and nothing else."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from fittrack.fairness.beacon import QUICKNET, Beacon
from fittrack.integrations.drand import ANSWER_BYTES_MAX, BeaconUnavailable, DrandClient
from tests.beacons import OWN_CHAIN, ROUND_1000, FakeDrand, a_drand, as_published, signed


@pytest.fixture
async def drand() -> AsyncIterator[FakeDrand]:
    async with a_drand() as server:
        yield server


@pytest.fixture
async def client(drand: FakeDrand) -> AsyncIterator[DrandClient]:
    async with aiohttp.ClientSession() as session:
        yield DrandClient(session, drand.url)


async def test_a_genuine_round_is_had(client: DrandClient) -> None:
    assert await client.fetch(OWN_CHAIN, 1_000_000) == signed(1_000_000)


async def test_the_servers_own_word_on_the_randomness_is_not_read(
    client: DrandClient, drand: FakeDrand
) -> None:
    drand.says = as_published(signed(7)).replace(signed(7).randomness.hex().encode(), b"ff" * 32)
    assert (await client.fetch(OWN_CHAIN, 7)).randomness == signed(7).randomness


@pytest.mark.parametrize(
    "says",
    [
        as_published(signed(8)),
        as_published(Beacon(7, signed(8).signature)),
        as_published(Beacon(7, ROUND_1000.signature)),
        as_published(Beacon(7, b"")),
        b'{"round": 7, "signature": "not hexadecimal"}',
        b'{"round": "7", "signature": ""}',
        b'{"round": 7}',
        b"[" * ANSWER_BYTES_MAX,
        b"\xff\xfe",
        b"",
        as_published(signed(7)) + b" " * ANSWER_BYTES_MAX,
    ],
    ids=lambda says: f"{len(says)} bytes {says[:24]!r}",
)
async def test_anything_else_is_refused(client: DrandClient, drand: FakeDrand, says: bytes) -> None:
    drand.says = says
    with pytest.raises(BeaconUnavailable):
        await client.fetch(OWN_CHAIN, 7)


async def test_a_server_in_trouble_is_no_error_of_ours(client: DrandClient, drand: FakeDrand) -> None:
    drand.is_down = True
    with pytest.raises(BeaconUnavailable, match="503"):
        await client.fetch(OWN_CHAIN, 7)


async def test_a_server_that_does_not_know_the_chain_has_no_round(client: DrandClient) -> None:
    with pytest.raises(BeaconUnavailable):
        await client.fetch(QUICKNET, 1000)


async def test_no_server_at_all_is_no_error_of_ours() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(BeaconUnavailable):
            await DrandClient(session, "http://127.0.0.1:9/").fetch(OWN_CHAIN, 7)
