"""Listening: sockets, the limits of connections, and the end of those that never ask."""

import logging
from typing import Final

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from fittrack.kit.clock import Clock, Timer

log: Final = structlog.stdlib.get_logger(__name__)

HEADERS_WITHIN_S: Final = 10.0
"""Seconds from the connection to the end of the first request's headers, at least; at most twice that."""

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
        self._runner = web.AppRunner(
            app,
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

    async def stop(self) -> None:
        """Take no more connections, let requests under way end, clean the application up."""
        if self._timer is not None:
            self._timer.cancel()
        await self._runner.cleanup()

    def _sweep(self) -> None:
        """Close who has sent no request since the last sweep but one: slow attackers, and lost phones."""
        server = self._runner.server
        assert server is not None, "the sweep begins after the start"
        silent = {each for each in server.connections if _asked_nothing(each)}
        for each in silent & self._silent:
            each.force_close()
        closed = len(silent & self._silent)
        if closed:
            log.info("http.silent_connections_closed", count=closed)
        self._silent = silent - self._silent
        self._timer = self._clock.call_later(HEADERS_WITHIN_S, self._sweep)


def _asked_nothing(connection: RequestHandler) -> bool:
    # Counted as soon as the headers of a request are complete.
    return connection._request_count == 0
