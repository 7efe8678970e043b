"""Whose address a request has: the peer's, unless a proxy of ours says otherwise."""

from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from fittrack.server.addresses import PROXIES, Proxies, client_address, parse_address, site_of

HERE = ip_network("127.0.0.0/8")
INNER = ip_network("10.0.0.0/8")


async def seen(proxies: Proxies, *headers: tuple[str, str]) -> str:
    async def show(request: web.Request) -> web.Response:
        return web.Response(text=client_address(request) or "nobody")

    app = web.Application()
    app[PROXIES] = proxies
    app.router.add_get("/", show)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        return await (await client.get("/", headers=headers)).text()


@pytest.mark.parametrize("trusted", [[], [INNER]])
async def test_a_strangers_word_counts_for_nothing(trusted):
    told = [("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "for=198.51.100.7")]
    assert await seen(Proxies(trusted), *told) == "127.0.0.1"


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["198.51.100.7, 10.0.0.3"], "198.51.100.7"),
        (["198.51.100.7", "10.0.0.3, 10.0.0.4"], "198.51.100.7"),
        (["192.0.2.66, 198.51.100.7"], "198.51.100.7"),
        (["127.0.0.1, 198.51.100.7, 10.0.0.3"], "198.51.100.7"),
        (["10.0.0.5, 10.0.0.3"], "10.0.0.5"),
        (["198.51.100.7:4711"], "198.51.100.7"),
        (["[2001:db8::7]:4711"], "2001:db8::7"),
        (["2001:DB8:0:0::7"], "2001:db8::7"),
        (["::ffff:198.51.100.7"], "198.51.100.7"),
        (["198.51.100.7, unknown, 10.0.0.3"], "10.0.0.3"),
        (["unknown"], "127.0.0.1"),
        ([""], "127.0.0.1"),
        ([], "127.0.0.1"),
        (["198.51.100.7" + ", 10.0.0.3" * 20], "10.0.0.3"),
    ],
)
async def test_the_first_hop_that_is_no_proxy_of_ours_is_the_client(told, address):
    proxies = Proxies([HERE, INNER])
    assert await seen(proxies, *(("X-Forwarded-For", value) for value in told)) == address


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("for=198.51.100.7;proto=https", "198.51.100.7"),
        ('proto=https; FOR="[2001:db8::7]:4711", for=10.0.0.3', "2001:db8::7"),
        ("for=_hidden", "127.0.0.1"),
        ("proto=https", "127.0.0.1"),
    ],
)
async def test_forwarded_is_read_where_the_proxies_write_it(told, address):
    told_otherwise = ("X-Forwarded-For", "192.0.2.66")
    assert await seen(Proxies([HERE, INNER], "Forwarded"), ("Forwarded", told), told_otherwise) == address


async def test_the_header_that_the_proxies_do_not_write_is_the_clients_own_and_ignored():
    assert await seen(Proxies([HERE]), ("Forwarded", "for=192.0.2.66")) == "127.0.0.1"


def test_a_site_of_ipv6_is_one_client_and_an_address_of_ipv4_is_one():
    assert site_of("2001:db8:1:2::1") == site_of("2001:db8:1:2:a:b:c:d") == "2001:db8:1:2::/64"
    assert site_of("2001:db8:1:3::1") != site_of("2001:db8:1:2::1")
    assert site_of("198.51.100.7") == "198.51.100.7"


@given(st.text(max_size=60) | st.ip_addresses().map(str))
def test_anything_is_an_address_or_none(text):
    address = parse_address(text)
    assert address is None or parse_address(str(address)) == address
