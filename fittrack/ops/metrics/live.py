"""WebSockets: connections, what waits for them, how they end, how soon they hear of what happens."""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import Metric
from prometheus_client.registry import Collector

from fittrack.ops.metrics.families import counter, counters, gauge, histogram
from fittrack.server.live_metrics import CLOSE_CODES, OTHER, CommandMetrics
from fittrack.server.websocket import WebSockets
from protocol.inbound import ActivityBatch, BuyTickets, ReadInbox

_CODES: Final = (*(str(int(code)) for code in CLOSE_CODES), OTHER)
_COMMANDS: Final = (ActivityBatch.TYPE, BuyTickets.TYPE, ReadInbox.TYPE)


class LiveCollector(Collector):
    """Exports the figures of all connections of a node; `commands` are counted by its gateway."""

    def __init__(self, sockets: WebSockets, commands: Callable[[], CommandMetrics]) -> None:
        self._sockets = sockets
        self._commands = commands

    def collect(self) -> Iterator[Metric]:
        """The figures as of now. Looks at each connection: some milliseconds at 15,000."""
        sockets, figures, commands = self._sockets, self._sockets.metrics, self._commands()
        waiting = [client.waiting_bytes for client in sockets.hub]
        yield gauge("fittrack_websocket_connections", "Open WebSockets.", len(waiting))
        yield gauge(
            "fittrack_websocket_outbox_bytes", "Bytes that wait for all connections together.", sum(waiting)
        )
        yield gauge(
            "fittrack_websocket_outbox_largest_bytes",
            "Bytes that wait for the slowest reader.",
            max(waiting, default=0),
        )
        yield counter("fittrack_websocket_opened", "Connections opened.", figures.opened)
        yield counters("fittrack_websocket_closed", "Connections ended.", "code", figures.closed, _CODES)
        yield counters("fittrack_websocket_upgrades_refused", "Upgrades refused.", "problem", figures.refused)
        yield counters(
            "fittrack_websocket_commands", "Commands received.", "command", commands.commands, _COMMANDS
        )
        yield counters("fittrack_websocket_errors", "Frames answered `err`.", "problem", figures.errors)
        yield histogram(
            "fittrack_websocket_command_seconds", "From a command to its answer (sampled).", commands.seconds
        )
        yield counter(
            "fittrack_websocket_deliveries",
            "Events of channels handed to connections.",
            sockets.fanout.deliveries,
        )
        yield histogram(
            "fittrack_websocket_publish_lag_seconds",
            "From an event's publication on any node to its last subscriber here.",
            figures.publish_lag,
        )
        yield histogram(
            "fittrack_event_loop_lag_seconds", "How late the event loop wakes who waits.", sockets.loop_lag
        )
