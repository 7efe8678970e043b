"""What the writer's process runs: `python -m fittrack.db.journal.writer_main DESCRIPTOR`."""

import gc
import importlib
import os
import signal
import socket
import sys
import traceback
from typing import Any, Final

import structlog

from fittrack.db.engine import make_engine
from fittrack.db.journal import wire
from fittrack.db.journal.report_wire import to_node
from fittrack.db.journal.writer import Writer
from fittrack.db.journal.writer_process import RECEIVE_BYTES, Setup
from fittrack.kit.clock import SystemClock
from fittrack.kit.logging import configure_logging

EXIT_FATAL: Final = 70
"""As the node ends that hears of it."""

UNFREED_OBJECTS_MAX: Final = 100_000
"""Before the collector looks for cycles. A batch is tens of thousands of objects, all freed when it is
done: with the default of 700 a sixth of the writer's time went into looking through them."""

log = structlog.get_logger("fittrack.db.journal.writer_main")  # not `__main__`, as which it runs


class Wire:
    """The blocking end of the socket pair."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._messages: list[Any] = []
        self._reader = wire.Reader(self._messages.append)

    def receive(self) -> Any:
        """The next message; None when the node has closed, or is gone."""
        while not self._messages:
            data = self._socket.recv(RECEIVE_BYTES)
            if not data:
                return None
            self._reader.feed(data)
        return self._messages.pop(0)

    def send(self, message: object) -> None:
        self._socket.sendall(wire.frame(wire.dumps(message)))


def main() -> None:
    """Write until the node closes. Signals to the group are the node's business: it drains first."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    node = Wire(int(sys.argv[1]))
    code = 0
    try:
        _serve(node)
    except (BrokenPipeError, ConnectionResetError):
        log.warning("journal.writer_left_alone")  # the node was killed: nobody is left who could be told
    except Exception:
        traceback.print_exc()  # the interpreter would say no more
        code = 1
    # The driver has a thread that the interpreter would wait for, for ever when the database is gone too.
    sys.stderr.flush()
    os._exit(code)


def _serve(node: Wire) -> None:
    setup: Setup | None = node.receive()
    if setup is None:
        return
    configure_logging(setup.log_level, setup.log_format, facts=setup.log_facts)
    for module in setup.imports:
        importlib.import_module(module)
    engine = make_engine(setup.database)
    writer = Writer(setup.store(engine), SystemClock())
    gc.freeze()
    gc.set_threshold(UNFREED_OBJECTS_MAX)
    log.info("journal.writing", pid=os.getpid())
    node.send(None)
    while (load := node.receive()) is not None:
        report = writer.write(load)
        node.send(to_node(report))
        if report.fatal is not None:
            os._exit(EXIT_FATAL)  # without closing: that would write to a file that must not be trusted
    writer.close()
    engine.dispose()


if __name__ == "__main__":
    main()
