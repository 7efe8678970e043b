"""Whose an address is: one supervisor's, whose workers share it, or one process's."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import Any, Final

HAS_NAMES: Final = os.uname().sysname == "Linux"
"""Whether sockets have names that are no files: of one machine's network, and gone with their process."""


@contextmanager
def shared_address(host: str, port: int) -> Iterator[int]:
    """Take the address for workers, and no connections; the port, 0 takes a free one.

    Raises OSError when somebody else has it. Workers whose supervisor is gone still have some, and share it
    with the next ones until they have drained.
    """
    with closing(_bound(host, port, socket.SO_REUSEPORT)) as bound:
        address = bound.getsockname()
        with _named(f"\0fittrack serves {address[0]}:{address[1]}") if HAS_NAMES else nullcontext():
            yield address[1]


def require_free(host: str, port: int) -> None:
    """Raise OSError when somebody has the address, before anything is begun that would take his place."""
    _bound(host, port, socket.SO_REUSEADDR).close()


def _bound(host: str, port: int, option: int) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind)
    bound.setsockopt(socket.SOL_SOCKET, option, 1)
    if family == socket.AF_INET6:  # as servers do: whoever has the same port of IPv4 is no hindrance
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return _at(bound, address)


def _named(name: str) -> "closing[socket.socket]":
    """Only one process has it. The port says nothing of that: whoever shares it may be a worker."""
    return closing(_at(socket.socket(socket.AF_UNIX), name))


def _at(unbound: socket.socket, address: Any) -> socket.socket:
    try:
        unbound.bind(address)
    except OSError:
        unbound.close()
        raise
    return unbound
