"""Which addresses of others we call on their word, and which never: pure.

Whoever names an address could name one that only this machine reaches: a database, the metadata of a
cloud, a neighbour. So an address must be public, and so must be what hides in one (IPv4 in IPv6).
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address

PORTS: Final = frozenset({443, 8443})
"""Where HTTPS is served; anything else is more likely another service that is to be talked into something."""

_NOT_PUBLIC: Final = tuple(
    ip_network(network)
    for network in (
        # IANA IPv4 Special-Purpose Address Registry, multicast, and what was reserved for later.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        # The inner services of a cloud (metadata, DNS, health) under addresses that look public.
        "168.63.129.16/32",
        # IANA IPv6 Special-Purpose Address Registry and multicast.
        "::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32",
        "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_6TO4: Final = IPv6Network("2002::/16")

_LOOPBACK: Final[tuple[IPv4Network | IPv6Network, ...]] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


_NUMBER: Final = re.compile("[0-9]+|0x[0-9a-f]*")
"""How no name ends, but an IPv4 address in each of its forms, such as 127.1 or 0x7f000001."""


class TargetRefused(ValueError):  # noqa: N818 - says what happened
    """We do not call there; its text is a sentence for who named it."""


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet could call it as well as we."""
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address not in _GLOBAL_UNICAST:
            return False
    return not any(address in network for network in _NOT_PUBLIC if network.version == address.version)


def is_public_or_loopback(address: Address) -> bool:
    """The same, and this machine itself: for development and tests."""
    if isinstance(address, IPv6Address) and address in _MAPPED:
        return is_public_or_loopback(IPv4Address(int(address) & 0xFFFF_FFFF))
    loopback = any(address in network for network in _LOOPBACK if network.version == address.version)
    return loopback or is_public(address)


def check_target(url: str, may: Callable[[Address], bool], *, anything_local: bool = False) -> None:
    """Raise `TargetRefused` unless `url` is one that we call.

    `may` judges an address that stands in it; names are judged when they are resolved, each time. With
    `anything_local`, plain HTTP and any port will do.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise TargetRefused("It is no address of the form https://host/path.") from error
    if parts.scheme not in ({"http", "https"} if anything_local else {"https"}) or not host:
        raise TargetRefused("It is no address of the form https://host/path.")
    if parts.username is not None or parts.password is not None:
        raise TargetRefused("It must not carry a user or a password.")
    if parts.fragment:
        raise TargetRefused("It must not carry a fragment.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise TargetRefused("Write it in ASCII: other characters percent-encoded, hosts in Punycode.")
    if not anything_local and port not in {None, *PORTS}:
        raise TargetRefused(f"Its port must be one of {', '.join(map(str, sorted(PORTS)))}.")
    literal = _literal(host)
    if literal is None and _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise TargetRefused("It is neither a name nor an address as addresses are usually written.")
    if literal is not None and not may(literal):
        raise TargetRefused("It is not a public address.")


def _literal(host: str) -> Address | None:
    """The address that stands for the host itself; None: it is a name, or an odd number."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is reached through an IPv6 one."""
    number = int(address)
    if address in _MAPPED or address in _NAT64:
        return IPv4Address(number & 0xFFFF_FFFF)
    if address in _6TO4:
        return IPv4Address(number >> 80 & 0xFFFF_FFFF)
    return None
