"""Listening: sockets, the limits of connections, and the end of those that never ask."""

import logging
from typing import Final

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from fittrack.kit.clock import Clock, Timer
from fittrack.server.http import RESPONSE_HEADERS
from fittrack.server.unreadable import Runner

log: Final = structlog.stdlib.get_logger(__name__)

HEADERS_WITHIN_S: Final = 10.0
"""Seconds from the connection to the end of the first request's headers, at least; at most twice that.
The same for an answer of which nothing is taken."""

KEEPALIVE_S: Final = 75.0
"""Seconds that a connection may wait for its next request, longer than the 60 s of usual proxies."""

LINGER_S: Final = 5.0
"""Seconds to read what is left of a body that was refused, so that the client sees the refusal."""

REQUEST_LINE_BYTES_MAX: Final = 8190
HEADER_BYTES_MAX: Final = 8190
HEADERS_MAX: Final = 64
BACKLOG: Final = 4096
"""Connections the system holds until they are accepted: a reconnect storm comes at once."""

STOP_WITHIN_S: Final = 10.0
"""Seconds for requests under way to end when the node stops."""


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a record tells of a fault of the server. What is no HTTP is answered 400, and that is all:
    strangers must not be able to fill the logs."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_http_log: Final = logging.getLogger("fittrack.http")
_http_log.addFilter(_is_ours)


class Listener:
    """Serves an application on one port."""

    def __init__(
        self, app: web.Application, clock: Clock, *, host: str, port: int, reuse_port: bool = False
    ) -> None:
        self._runner = Runner(
            app,
            app[RESPONSE_HEADERS],
            access_log=None,  # requests are counted; a log line each would cost more than most of them
            logger=_http_log,
            handle_signals=False,
            keepalive_timeout=KEEPALIVE_S,
            lingering_time=LINGER_S,
            max_line_size=REQUEST_LINE_BYTES_MAX,
            max_field_size=HEADER_BYTES_MAX,
            max_headers=HEADERS_MAX,
            auto_decompress=False,
            shutdown_timeout=STOP_WITHIN_S,
        )
        self._clock = clock
        self._host, self._port, self._reuse_port = host, port, reuse_port
        self._timer: Timer | None = None
        self._silent: set[RequestHandler] = set()
        self._unsent: dict[RequestHandler, int] = {}

    async def start(self) -> int:
        """Start to serve; returns the port (the one the system chose, if 0 was wanted).

        Raises OSError when the port is taken.
        """
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, self._host, self._port, backlog=BACKLOG, reuse_port=self._reuse_port or None
        )
        await site.start()
        self._sweep()
        return int(self._runner.addresses[0][1])

    async def turn_away(self) -> None:
        """Take no more connections, go on with those there are: others on the port get what comes."""
        for site in list(self._runner.sites):
            await site.stop()

    async def stop(self) -> None:
        """Take no more connections, let requests under way end, clean the application up."""
        if self._timer is not None:
            self._timer.cancel()
        await self._runner.cleanup()

    def _sweep(self) -> None:
        """Close who sends no request or takes no answer: slow attackers, and lost phones."""
        self._close_silent()
        self._close_stuck()
        self._timer = self._clock.call_later(HEADERS_WITHIN_S, self._sweep)

    def _close_silent(self) -> None:
        """Close who has sent no request since the last sweep but one."""
        server = self._runner.server
        assert server is not None, "the sweep begins after the start"
        silent = {each for each in server.connections if _asked_nothing(each)}
        for each in silent & self._silent:
            each.force_close()
        closed = len(silent & self._silent)
        if closed:
            log.info("http.silent_connections_closed", count=closed)
        self._silent = silent - self._silent

    def _close_stuck(self) -> None:
        """Drop who has taken nothing of what waits for him since the last sweep."""
        server = self._runner.server
        assert server is not None, "the sweep begins after the start"
        unsent = {each: size for each in server.connections if (size := _waiting_bytes(each))}
        stuck = [each for each, size in unsent.items() if self._unsent.get(each) == size]
        for each in stuck:
            if each.transport is not None:
                each.transport.abort()
        if stuck:
            log.info("http.stuck_connections_closed", count=len(stuck))
        self._unsent = unsent


def _asked_nothing(connection: RequestHandler) -> bool:
    # Counted as soon as the headers of a request are complete.
    return connection._request_count == 0


def _waiting_bytes(connection: RequestHandler) -> int:
    return 0 if connection.transport is None else connection.transport.get_write_buffer_size()
