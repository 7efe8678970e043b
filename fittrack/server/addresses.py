"""Where a request comes from: the one place that decides whether a proxy is believed (SPEC 11).

Anybody can send `X-Forwarded-For`. It is read only when the connection comes from a proxy that the
settings name, and only up to the first hop that is none of those.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal

from aiohttp import web

Network = IPv4Network | IPv6Network
ForwardedHeader = Literal["X-Forwarded-For", "Forwarded"]

HOPS_MAX: Final = 16
"""Hops that are looked at, from the nearest: no chain of proxies is longer, whatever a client wrote."""

IPV6_SITE_BITS: Final = 64
"""A home or a phone has a /64 of its own and may use any address of it (RFC 6177, RFC 7934)."""


class Proxies:
    """The proxies in front of this server, and the header in which they name who asked them.

    Only one header is read: a proxy that writes one of the two lets the other pass as the client sent it.
    """

    def __init__(self, trusted: Iterable[Network] = (), header: ForwardedHeader = "X-Forwarded-For") -> None:
        self._trusted = tuple(trusted)
        self._header = header

    def client_of(self, request: web.Request) -> str | None:
        """The client's address, or none for a connection without one (a Unix socket)."""
        peer = parse_address(request.remote or "")
        if peer is None:
            return None
        if self._trusted and self._trusts(peer):
            peer = self._beyond(peer, request.headers.getall(self._header, ()))
        return str(peer)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)

    def _beyond(self, peer: IPv4Address | IPv6Address, values: Sequence[str]) -> IPv4Address | IPv6Address:
        """The first hop, seen from here, that is no proxy of ours; what follows is only its word."""
        hops = ",".join(values).rsplit(",", HOPS_MAX)[-HOPS_MAX:]
        for hop in reversed(hops):
            address = parse_address(_forwarded_for(hop) if self._header == "Forwarded" else hop)
            if address is None:
                return peer
            peer = address
            if not self._trusts(peer):
                return peer
        return peer


PROXIES: web.AppKey[Proxies] = web.AppKey("proxies", Proxies)
_NOBODY: Final = Proxies()


def client_address(request: web.Request) -> str | None:
    """The address of whoever sent `request`: for limits, sessions and the audit log alike."""
    return request.app.get(PROXIES, _NOBODY).client_of(request)


@lru_cache(maxsize=8192)  # clients come again; parsing takes longer than counting
def site_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 of an IPv6 address."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, IPV6_SITE_BITS), strict=False))
    return address


@lru_cache(maxsize=8192)
def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, with or without port, brackets and zone; none when it is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _forwarded_for(element: str) -> str:
    """The node in the `for` of one element of `Forwarded` (RFC 7239, 4); empty without one."""
    return next(_values_of(element, "for"), "")


def _values_of(element: str, wanted: str) -> Iterator[str]:
    for pair in element.split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == wanted:
            yield value.strip().strip('"')
