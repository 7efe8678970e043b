"""Sending messages to addresses that others named: bounded in time and bytes, and nowhere but where we may.

The addresses that a name resolves to are judged in the connector's own resolver, and it is these that the
connection is made to: there is no second look-up that could say something else. Redirects are not followed.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from fittrack.integrations.http_spans import http_spans
from fittrack.integrations.public_addresses import (
    Address,
    TargetRefused,
    check_target,
    is_public,
    is_public_or_loopback,
)

TOTAL_S: Final = 15.0
"""Seconds for one message, from the look-up to the last byte that is read."""

CONNECT_S: Final = 5.0

ANSWER_BYTES_MAX: Final = 500
"""What is read, and kept, of an answer: enough for its reason."""

LOOK_UPS_AT_ONCE: Final = 16
"""Threads of their own: a name server that hangs holds these, and nobody else's."""

KEEP_ALIVE_S: Final = 30.0

LookUp = Callable[[str, int], list[tuple[Any, ...]]]
"""As `socket.getaddrinfo` answers."""


class SendFailed(Exception):  # noqa: N818 - says what happened
    """There was no answer; its text says why, in a sentence for whoever owns the address."""


class AddressRefused(OSError):  # noqa: N818 - says what happened
    """A name leads where we do not call."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver answered."""

    status: int
    retry_after: str | None
    """The header as it was sent."""
    answer: bytes
    """How the body began."""


class Sender:
    """Sends messages. `local`: also to this machine, by plain HTTP and to any port (development, tests)."""

    def __init__(
        self,
        *,
        local: bool,
        user_agent: str,
        may: Callable[[Address], bool] | None = None,
        look_up: LookUp | None = None,
        total_s: float = TOTAL_S,
        at_once: int = 100,
    ) -> None:
        self._local, self._total_s = local, total_s
        self._may = may or (is_public_or_loopback if local else is_public)
        self._pool = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, thread_name_prefix="webhook-names")
        connector = aiohttp.TCPConnector(
            resolver=_Guard(self._pool, look_up or _getaddrinfo, self._may),
            use_dns_cache=False,  # each connection is judged by what is so now
            limit=at_once,
            keepalive_timeout=KEEP_ALIVE_S,
        )
        self._session = aiohttp.ClientSession(
            trace_configs=http_spans(),
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            auto_decompress=False,
            skip_auto_headers=["Accept-Encoding"],
            headers={"User-Agent": user_agent},
        )

    def check(self, url: str) -> None:
        """Raise `TargetRefused` unless it looks like an address that we call."""
        check_target(url, self._may, anything_local=self._local)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """POST `body`. Raises `SendFailed`."""
        try:
            self.check(url)  # what was allowed when it was named need not be so now
            async with asyncio.timeout(self._total_s):
                return await self._post(url, headers, body)
        except TargetRefused as refused:
            raise SendFailed(str(refused)) from refused
        except TimeoutError as error:
            raise SendFailed(f"No answer within {self._total_s:g} seconds.") from error
        except aiohttp.ClientConnectorError as error:
            raise SendFailed(_why_not_connected(error)) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise SendFailed(f"The connection broke ({type(error).__name__}).") from error

    async def stop(self) -> None:
        """Close what is open."""
        await self._session.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        response = await self._session.post(url, data=body, headers=headers, allow_redirects=False)
        try:
            answer = await _beginning(response.content)
        finally:
            if response.content.at_eof():
                response.release()
            else:
                response.close()  # what else it has to say, it says to nobody
        return Reply(response.status, response.headers.get("Retry-After"), answer)


class _Guard(AbstractResolver):
    """Looks names up, and raises `AddressRefused` if one of their addresses is none that we call."""

    def __init__(self, pool: ThreadPoolExecutor, look_up: LookUp, may: Callable[[Address], bool]) -> None:
        self._pool, self._look_up, self._may = pool, look_up, may

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._pool, self._look_up, host, port)
        results = [_result(host, port, each) for each in found]
        if not all(self._may(ip_address(each["host"].partition("%")[0])) for each in results):
            raise AddressRefused("the name leads to an address that is not public")
        return results

    async def close(self) -> None:
        """Nothing is open: the pool is its owner's."""


def _getaddrinfo(host: str, port: int) -> list[tuple[Any, ...]]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def _result(host: str, port: int, found: tuple[Any, ...]) -> ResolveResult:
    family, _, proto, _, where = found
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV  # it is connected to as it is: no other look-up
    return {
        "hostname": host,
        "host": str(where[0]),
        "port": port,
        "family": family,
        "proto": proto,
        "flags": flags,
    }


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """The first bytes of an answer, or all of it."""
    read = b""
    while len(read) < ANSWER_BYTES_MAX and (part := await content.read(ANSWER_BYTES_MAX - len(read))):
        read += part
    return read


def _why_not_connected(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error.os_error, AddressRefused):
        return "The name leads to an address that is not public."
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "The name could not be looked up."
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)):
        return "No trusted TLS connection could be made."
    return "No connection could be made."


def milliseconds_since(began: float) -> int:
    """Whole milliseconds since `began`, a reading of `time.perf_counter`."""
    return round((time.perf_counter() - began) * 1000)
