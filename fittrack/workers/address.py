"""Whose an address is: one supervisor's, whose workers share it, or one process's."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

HAS_NAMES: Final = os.uname().sysname == "Linux"
"""Whether sockets have names that are no files: of one machine's network, and gone with their process."""

_NOT_HERE: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""A host may have several addresses, and a machine without IPv6 lacks some: servers leave these out too."""


@contextmanager
def shared_address(host: str, port: int) -> Iterator[int]:
    """Take the address for workers, and no connections; the port, 0 takes a free one.

    Raises OSError when somebody else has it, or another supervisor this port at any address: an address that
    stands for all would share its connections. Workers whose supervisor is gone still have some, and share
    them with the next ones until they have drained.
    """
    with ExitStack() as held:
        # Whoever served alone has left connections in TIME_WAIT: without REUSEADDR they are in the way.
        port = _bind(held, host, port, socket.SO_REUSEADDR, socket.SO_REUSEPORT)
        if HAS_NAMES:
            _name_socket(held).bind(_name(port))
        yield port


def require_free(host: str, port: int) -> None:
    """Raise OSError when somebody has the address, or a supervisor the port, before anything is begun that
    would take his place."""
    with ExitStack() as held:
        port = _bind(held, host, port, socket.SO_REUSEADDR)
        # A supervisor does not listen at the address, so the port says nothing of it.
        if HAS_NAMES and _name_socket(held).connect_ex(_name(port)) == 0:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _name_socket(held: ExitStack) -> socket.socket:
    """For datagrams: to look whether a name is taken leaves nothing behind there."""
    return held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))


def _name(port: int) -> str:
    """Only one process has it. The port itself says nothing of that: whoever shares it may be a worker."""
    return f"\0fittrack serves {port}"


def _bind(held: ExitStack, host: str, port: int, *options: int) -> int:
    """Bind to every address of `host`, at one port: which one."""
    missing: OSError | None = None
    chosen = 0
    for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            bound = held.enter_context(socket.socket(family, socket.SOCK_STREAM))
            chosen = _at(bound, (address[0], chosen or port, *address[2:]), options)
        except OSError as error:
            if error.errno not in _NOT_HERE:
                raise
            missing = error
    if missing is not None and not chosen:
        raise missing
    return chosen


def _at(unbound: socket.socket, address: Any, options: tuple[int, ...]) -> int:
    for option in options:
        unbound.setsockopt(socket.SOL_SOCKET, option, 1)
    if unbound.family == socket.AF_INET6:  # as servers do: whoever has the same port of IPv4 is no hindrance
        unbound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    unbound.bind(address)
    return int(unbound.getsockname()[1])
