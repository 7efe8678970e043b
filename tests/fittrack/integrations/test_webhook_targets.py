"""Webhooks go to public addresses alone: what is named, what it resolves to, and what hides in it."""

import asyncio
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import assume, given
from hypothesis import strategies as st

from fittrack.integrations.public_addresses import (
    TargetRefused,
    check_target,
    is_public,
    is_public_or_loopback,
)
from fittrack.integrations.webhooks import ANSWER_BYTES_MAX, Reply, Sender, SendFailed

SPECIAL = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "192.0.0.192/32",
    "::1/128", "::/128", "fc00::/7", "fe80::/10", "ff00::/8", "2001::/32", "64:ff9b:1::/48",
    "fd00:ec2::254/128",
]  # fmt: skip
special = st.sampled_from(SPECIAL).flatmap(lambda text: st.ip_addresses(network=ip_network(text)))
ipv4 = st.ip_addresses(v=4)
AGENT = "tests"


@given(special)
def test_no_special_address_is_called(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(address)


@given(ipv4, st.sampled_from(["::ffff:0:0", "64:ff9b::"]))
def test_an_ipv4_address_is_judged_alike_in_every_disguise(address: IPv4Address, prefix: str) -> None:
    hidden = IPv6Address(int(IPv6Address(prefix)) | int(address))
    assert is_public(hidden) == is_public(address)
    assert is_public(IPv6Address(0x2002 << 112 | int(address) << 80)) == is_public(address)


@given(ipv4)
def test_what_is_called_public_python_calls_so_too(address: IPv4Address) -> None:
    assume(is_public(address))
    assert address.is_global and not address.is_multicast


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::200e"])
def test_the_rest_of_the_internet_is_called(text: str) -> None:
    assert is_public(ip_address(text))


@given(special)
def test_development_opens_this_machine_and_nothing_else(address: IPv4Address | IPv6Address) -> None:
    assert is_public_or_loopback(address) == address.is_loopback


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook", "ftp://example.com/", "https:///hook", "https://", "example.com",
        "https://user@example.com/", "https://user:word@example.com/", "https://example.com/#part",
        "https://example.com:22/", "https://example.com:6379/", "https://example.com:99999/", "https://[::1/",
        "https://127.0.0.1/", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
        "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fe80::1%25eth0]/",
        "https://exa mple.com/", "https://exämple.com/",
        "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0X7F.1/", "https://0177.0.0.1/",
        "https://8.8.8.8./", "https://name.example.8/",
    ],
)  # fmt: skip
def test_what_is_refused_when_it_is_named(url: str) -> None:
    with pytest.raises(TargetRefused):
        check_target(url, is_public)


@pytest.mark.parametrize(
    "url", ["https://example.com/hook?a=b", "https://example.com:8443/", "https://8.8.8.8/"]
)
def test_what_is_accepted_when_it_is_named(url: str) -> None:
    check_target(url, is_public)


def leads_to(*addresses: str) -> Callable[[str, int], list[tuple[Any, ...]]]:
    """A name server that says something else each time it is asked, and the last for ever."""
    left = list(addresses)

    def look_up(host: str, port: int) -> list[tuple[Any, ...]]:
        del host
        answer = left.pop(0) if len(left) > 1 else left[0]
        return [(2, 1, 6, "", (each, port)) for each in answer.split()]

    return look_up


class Local:
    """A server on the loopback, and what it was asked."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.answer = web.Response()
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self.server = TestServer(app, host="127.0.0.1")

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.hosts.append(request.headers["Host"])
        if request.query.get("says") == "nothing":
            await asyncio.Event().wait()
        if request.query.get("says") == "much":
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b"x" * 65_536)
        return web.Response(body=b"fine")


async def send(sender: Sender, url: str) -> Reply:
    try:
        return await sender.send(url, {}, b"{}")
    finally:
        await sender.stop()


async def refused(sender: Sender, url: str) -> str:
    with pytest.raises(SendFailed) as failed:
        await send(sender, url)
    return str(failed.value)


def only_this_machine(address: IPv4Address | IPv6Address) -> bool:
    return address == IPv4Address("127.0.0.1")


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.1", "8.8.8.8 10.0.0.1", "169.254.169.254"])
async def test_a_name_that_leads_inside_is_not_called(inside: str) -> None:
    sender = Sender(local=False, user_agent=AGENT, look_up=leads_to(inside))
    assert "not public" in await refused(sender, "https://partner.example/hook")


async def test_a_name_that_is_rebound_leads_to_what_was_judged_and_keeps_its_name() -> None:
    local = Local()
    async with local.server as server:
        look_up = leads_to("127.0.0.1", "127.0.0.2")
        sender = Sender(local=True, user_agent=AGENT, may=only_this_machine, look_up=look_up)
        reply = await sender.send(f"http://partner.example:{server.port}/hook", {}, b"{}")
        assert (reply.status, reply.answer) == (200, b"fine")
        assert local.hosts == [f"partner.example:{server.port}"]
        # Another connection is another look-up, which says otherwise.
        assert "not public" in await refused(sender, f"http://other.example:{server.port}/hook")
    assert len(local.hosts) == 1


async def test_numbers_that_look_like_names_are_no_way_in() -> None:
    for host in ("2130706433", "0x7f.1", "127.1", "localhost"):
        sender = Sender(local=False, user_agent=AGENT)
        assert await refused(sender, f"https://{host}:8443/hook")


async def test_who_does_not_answer_is_left_in_time() -> None:
    async with Local().server as server:
        sender = Sender(local=True, user_agent=AGENT, total_s=0.2)
        assert "No answer within" in await refused(sender, str(server.make_url("/hook?says=nothing")))


async def test_of_an_endless_answer_only_the_beginning_is_read() -> None:
    async with Local().server as server:
        sender = Sender(local=True, user_agent=AGENT)
        reply = await send(sender, str(server.make_url("/hook?says=much")))
    assert reply.answer == b"x" * ANSWER_BYTES_MAX


async def test_where_nobody_listens_is_said_so() -> None:
    sender = Sender(local=True, user_agent=AGENT)
    assert await refused(sender, "http://127.0.0.1:9/hook") == "No connection could be made."
