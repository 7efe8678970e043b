"""The keys of an issuer: fetched when needed, by nobody more often, kept while the issuer is away."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from joserfc.jwk import ECKey

from fittrack.integrations.jwks import (
    ANSWER_BYTES_MAX,
    FRESH_MAX_S,
    FRESH_MIN_S,
    FRESH_S,
    KEPT_WITHOUT_ISSUER_S,
    KEYS_MAX,
    RETRY_AFTER_S,
    UNKNOWN_KEY_EVERY_S,
    IssuerUnavailable,
    RemoteKeySet,
)
from fittrack.kit.clock import VirtualClock
from tests.issuers import GOOGLE_APP, FakeIssuer, a_key, an_issuer

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@pytest.fixture
async def issuer() -> AsyncIterator[FakeIssuer]:
    async with an_issuer(GOOGLE_APP) as server:
        yield server


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
async def keys(issuer: FakeIssuer, clock: VirtualClock) -> AsyncIterator[RemoteKeySet]:
    async with aiohttp.ClientSession() as session:
        key_set = RemoteKeySet(session, issuer.jwks_url, clock)
        yield key_set
        await key_set.stop()


async def test_a_key_is_fetched_once_and_kept(keys: RemoteKeySet, issuer: FakeIssuer) -> None:
    found = await keys.find("first")
    assert found is not None
    assert found.public_key.public_numbers() == a_key("first").public_key.public_numbers()
    assert not found.is_private
    assert await keys.find("first") is found
    assert issuer.fetches == 1


async def test_all_who_wait_are_served_by_one_fetch(keys: RemoteKeySet, issuer: FakeIssuer) -> None:
    issuer.answers.clear()
    waiting = [asyncio.create_task(keys.find("first")) for _ in range(50)]
    await issuer.asked.wait()
    issuer.answers.set()
    assert None not in await asyncio.gather(*waiting)
    assert issuer.fetches == 1


async def test_who_goes_away_takes_nothing_from_those_who_wait(
    keys: RemoteKeySet, issuer: FakeIssuer
) -> None:
    issuer.answers.clear()
    impatient, patient = [asyncio.create_task(keys.find("first")) for _ in range(2)]
    await issuer.asked.wait()
    impatient.cancel()
    issuer.answers.set()
    assert await patient is not None
    assert issuer.fetches == 1


async def test_a_rotated_key_is_found_although_the_set_is_fresh(
    keys: RemoteKeySet, issuer: FakeIssuer, clock: VirtualClock
) -> None:
    await keys.find("first")
    issuer.rotate("second")
    await clock.advance(UNKNOWN_KEY_EVERY_S)
    assert await keys.find("second") is not None
    assert await keys.find("first") is not None
    assert issuer.fetches == 2


async def test_keys_that_nobody_has_cause_a_fetch_a_minute_and_no_more(
    keys: RemoteKeySet, issuer: FakeIssuer, clock: VirtualClock
) -> None:
    await keys.find("first")
    for second in range(180):
        assert await keys.find(f"made up {second}") is None
        await clock.advance(1)
    assert issuer.fetches == 1 + 2


@pytest.mark.parametrize(
    ("cache_control", "fresh_s"),
    [
        ("", FRESH_S),
        ("public, max-age=20000, must-revalidate", 20000.0),
        ("max-age=0", FRESH_MIN_S),
        ("max-age=999999999", FRESH_MAX_S),
        ("max-age=soon", FRESH_S),
        ("s-max-age=400", FRESH_S),
    ],
)
async def test_keys_are_fresh_for_as_long_as_the_issuer_says_within_bounds(
    keys: RemoteKeySet, issuer: FakeIssuer, clock: VirtualClock, cache_control: str, fresh_s: float
) -> None:
    issuer.headers = {"Cache-Control": cache_control}
    await keys.find("first")
    await clock.advance(fresh_s - 0.1)
    await keys.find("first")
    assert issuer.fetches == 1
    await clock.advance(0.1)
    await keys.find("first")
    assert issuer.fetches == 2


async def test_a_withdrawn_key_is_gone_with_the_next_fetch(
    keys: RemoteKeySet, issuer: FakeIssuer, clock: VirtualClock
) -> None:
    await keys.find("first")
    issuer.keys = [a_key("second")]
    await clock.advance(FRESH_S)
    assert await keys.find("first") is None


async def test_an_issuer_that_does_not_answer_is_asked_again_after_a_while_only(
    keys: RemoteKeySet, issuer: FakeIssuer, clock: VirtualClock
) -> None:
    issuer.status = 503
    for _ in range(20):
        with pytest.raises(IssuerUnavailable, match="503"):
            await keys.find("first")
    assert issuer.fetches == 1
    issuer.status = 200
    await clock.advance(RETRY_AFTER_S)
    assert await keys.find("first") is not None


async def test_known_keys_serve_on_while_their_issuer_is_away_but_not_for_ever(
    keys: RemoteKeySet, issuer: FakeIssuer, clock: VirtualClock
) -> None:
    await keys.find("first")
    issuer.status = 500
    await clock.advance(FRESH_S)
    assert await keys.find("first") is not None
    with pytest.raises(IssuerUnavailable):
        await keys.find("second")
    await clock.advance(KEPT_WITHOUT_ISSUER_S - FRESH_S)
    with pytest.raises(IssuerUnavailable):
        await keys.find("first")


async def test_a_fetch_under_way_ends_with_the_server(keys: RemoteKeySet, issuer: FakeIssuer) -> None:
    issuer.answers.clear()
    waiting = asyncio.create_task(keys.find("first"))
    await issuer.asked.wait()
    await keys.stop()
    issuer.answers.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_redirect_is_not_followed(keys: RemoteKeySet, issuer: FakeIssuer) -> None:
    issuer.status, issuer.headers = 302, {"Location": issuer.jwks_url}
    with pytest.raises(IssuerUnavailable, match="302"):
        await keys.find("first")
    assert issuer.fetches == 1


async def test_no_server_at_all_is_no_error_of_ours(clock: VirtualClock) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(IssuerUnavailable):
            await RemoteKeySet(session, "http://127.0.0.1:9/keys", clock).find("first")


def a_set_of(*keys: object) -> bytes:
    return json.dumps({"keys": keys}).encode()


def first(**changes: object) -> dict[str, object]:
    return {**a_key("first").as_dict(private=False), **changes}


@pytest.mark.parametrize(
    "says", [b"", b"nonsense", b"\xff\xfe", b"[" * 10_000, b'{"keys": {}}', b'{"keys": []}', b'{"keys": [7]}']
)
async def test_an_issuer_that_publishes_no_set_of_keys_has_none(
    keys: RemoteKeySet, issuer: FakeIssuer, says: bytes
) -> None:
    issuer.says = says
    with pytest.raises(IssuerUnavailable):
        await keys.find("first")


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "oct"},
        {"kty": "EC", "crv": "P-256"},
        {"use": "enc"},
        {"alg": "HS256"},
        {"kid": None},
        {"n": 7},
        {"n": ""},
        {"n": "é"},
        {"n": "AQAB"},
        {"n": "f" * (8192 // 6 + 2)},
        {"e": ""},
        {"e": "AA"},
        {"e": "f" * 340},
    ],
    ids=lambda changes: str(changes)[:20],
)
async def test_a_key_that_cannot_be_used_is_none(
    keys: RemoteKeySet, issuer: FakeIssuer, changes: dict[str, object]
) -> None:
    issuer.says = a_set_of(first(**changes))
    with pytest.raises(IssuerUnavailable):
        await keys.find("first")


async def test_a_set_has_only_so_many_keys(keys: RemoteKeySet, issuer: FakeIssuer) -> None:
    issuer.says = a_set_of(*[first()] * (KEYS_MAX + 1))
    with pytest.raises(IssuerUnavailable):
        await keys.find("first")


async def test_an_answer_has_only_so_many_bytes(keys: RemoteKeySet, issuer: FakeIssuer) -> None:
    issuer.says = a_set_of(first()) + b" " * ANSWER_BYTES_MAX
    with pytest.raises(IssuerUnavailable, match="more than"):
        await keys.find("first")


async def test_an_answer_that_claims_to_be_compressed_is_not_inflated(
    keys: RemoteKeySet, issuer: FakeIssuer
) -> None:
    issuer.says, issuer.headers = gzip.compress(a_set_of(first())), {"Content-Encoding": "gzip"}
    with pytest.raises(IssuerUnavailable):
        await keys.find("first")


async def test_keys_for_other_uses_are_left_out_and_private_parts_are_not_taken(
    keys: RemoteKeySet, issuer: FakeIssuer
) -> None:
    odd = ECKey.generate_key("P-256", {"kid": "second"}).as_dict(private=False)
    leaked = a_key("first").as_dict(private=True)
    issuer.says = a_set_of(odd, {"kty": "AKP", "kid": "third"}, leaked)
    found = await keys.find("first")
    assert found is not None
    assert not found.is_private
    assert await keys.find("second") is None
