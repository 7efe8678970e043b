"""Who pays for a request, what of it is told, and what is free."""

import re
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import generate_latest

from fittrack.app import Node
from fittrack.kit.standing import Role
from fittrack.ops.metrics.limits import LimitCollector
from fittrack.server.addresses import Proxies
from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from fittrack.server.rate_limits import RateLimiter, Tiers
from fittrack.server.windows import MemoryWindows
from tests.fittrack.server import shop
from tests.fittrack.server.keys import rsa_pem
from tests.fittrack.server.test_input import refused
from tests.server import Address
from tests.world import migrated, no_fatal, settings_for

SHOES = "/api/v1/shoes"
ME = "/api/v1/me"
TIERS = Tiers(anonymous=3, user=5, admin=7)

EXEMPT = {
    "/", "/ops", "/verify", "/dev", "/docs", "/docs/live", "/openapi.json", "/asyncapi.json", "/problems",
    "/problems/{code}",
    "/.well-known/jwks.json", "/.well-known/oauth-authorization-server",
    "/health", "/health/live", "/health/ready", "/metrics", "/ws",
    "/api/v1/hooks/{provider}",
}  # fmt: skip
"""Addresses that count towards no limit: probes, files, documents, what providers send
under their signatures, and the upgrade, which has its own."""


@pytest.fixture
def limiter(clock) -> RateLimiter:
    return RateLimiter(TIERS, MemoryWindows(clock), clock)


@pytest.fixture
async def client(authenticator, clock, limiter, metrics) -> AsyncIterator[TestClient]:
    app = make_application(
        shop.ROUTES,
        authenticator=authenticator,
        clock=clock,
        policy=HeaderPolicy(origins=["https://app.example"]),
        proxies=Proxies([ip_network("127.0.0.0/8")]),
        rate_limiter=limiter,
    )
    metrics.register(LimitCollector(limiter))
    async with TestClient(TestServer(app)) as client:
        yield client


def from_address(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


async def spend(client: TestClient, times: int, path: str = SHOES, **headers: str) -> list[int]:
    return [(await client.get(path, headers=headers)).status for _ in range(times)]


async def test_an_answer_says_what_is_left(client, clock):
    first = await client.get(SHOES)
    await clock.advance(10)
    headers = (await client.get(SHOES)).headers
    assert first.headers["RateLimit-Remaining"] == "2"
    assert headers["RateLimit-Limit"] == headers["X-RateLimit-Limit"] == "3"
    assert headers["RateLimit-Remaining"] == headers["X-RateLimit-Remaining"] == "1"
    assert headers["RateLimit-Reset"] == "50"
    assert headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert headers["RateLimit"] == '"minute";r=1;t=50'
    assert int(headers["X-RateLimit-Reset"]) == int(clock.now().timestamp()) + 50


async def test_one_too_many_is_refused_and_told_when_to_come_again(client, clock):
    assert await spend(client, 3) == [200] * 3
    await clock.advance(20.5)
    response = await client.get(SHOES)
    problem = await refused(response, 429, "rate-limited")
    assert problem["retryable"]
    assert problem["after_ms"] == 39_500
    assert response.headers["Retry-After"] == response.headers["RateLimit-Reset"] == "40"
    assert response.headers["RateLimit-Remaining"] == "0"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    await clock.advance(39.5)
    assert await spend(client, 4) == [200] * 3 + [429]


async def test_the_tier_is_that_of_the_account(client, bearer):
    for role, limit in ((Role.USER, 5), (Role.PREMIUM, 5), (Role.ADMIN, 7)):
        answers = await spend(client, limit + 1, ME, **bearer(role=role))
        assert answers == [200] * limit + [429]


async def test_an_account_pays_wherever_it_is_and_its_address_does_not(client, bearer):
    ada = bearer()
    await spend(client, 2, ME, **ada, **from_address("198.51.100.1"))
    assert await spend(client, 4, ME, **ada, **from_address("198.51.100.2")) == [200] * 3 + [429]
    assert await spend(client, 3, **from_address("198.51.100.1")) == [200] * 3


async def test_an_account_pays_for_public_addresses_too(client, bearer):
    answers = await spend(client, 6, SHOES, **bearer())
    assert answers == [200] * 5 + [429]
    assert await spend(client, 1) == [200]


@pytest.mark.parametrize("token", ["Bearer nonsense", "Basic QTpC", "Bearer "])
async def test_guessing_tokens_is_limited_by_the_address(client, token):
    assert await spend(client, 5, ME, Authorization=token) == [401] * 3 + [429] * 2
    assert await spend(client, 1) == [429]


async def test_an_exhausted_address_keeps_nobody_out_who_is_signed_in(client, bearer):
    await spend(client, 9)
    assert await spend(client, 5, ME, **bearer()) == [200] * 5


async def test_a_wrong_token_is_no_reason_to_refuse_a_public_address(client):
    response = await client.get(SHOES, headers={"Authorization": "Bearer nonsense"})
    assert response.status == 200
    assert response.headers["RateLimit-Limit"] == "3"


async def test_refusals_and_unknown_addresses_count(client):
    await client.get("/nowhere")
    await client.delete(SHOES)
    await client.get(f"{SHOES}?limit=0")
    await refused(await client.get(SHOES), 429, "rate-limited")


async def test_browsers_that_ask_first_are_not_counted_and_may_read_what_is_left(client):
    ask = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    for _ in range(9):
        assert (await client.options(SHOES, headers=ask)).status == 204
    headers = (await client.get(SHOES, headers=ask)).headers
    assert headers["RateLimit-Remaining"] == "2"
    exposed = headers["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in headers if "RateLimit" in name)


async def test_a_site_of_ipv6_pays_as_one(client):
    for host in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:0db8:0001:0002::7"):
        assert await spend(client, 1, **from_address(host)) == [200]
    assert await spend(client, 1, **from_address("2001:db8:1:2::8")) == [429]
    assert await spend(client, 1, **from_address("2001:db8:1:3::8")) == [200]


async def test_refusals_are_counted_for_operators(client, metrics):
    await spend(client, 5)
    assert 'fittrack_rate_limited_total{by="address"} 2.0' in generate_latest(metrics).decode()


async def test_every_address_counts_but_those_that_are_named_here(tmp_path):
    private, _ = rsa_pem()
    settings = settings_for(tmp_path, JWT_ALGORITHM="RS256", JWT_PRIVATE_KEY=private)
    node = Node(migrated(settings), on_fatal=no_fatal)
    port = await node.start("127.0.0.1", 0)
    try:
        async with ClientSession(Address(port).url) as client:
            free = set()
            for route in node.app.router.routes():
                address = route.resource.canonical
                answer = await client.request(route.method, re.sub(r"\{\w+\}", "x", address))
                if "RateLimit-Limit" not in answer.headers:
                    free.add(address)
    finally:
        await node.stop()
    files = {address for address in free if address.startswith(("/static/", "/pages/", "/client/"))}
    assert files
    assert free - files == EXEMPT
