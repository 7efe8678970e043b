"""`fittrack` without the wait: imported once, then a fork for each command that a document shows.

    python -m tests.docs.warm SOCKET

`SHIM` is the program that stands for `fittrack` in the reader's shell. It hands over arguments, folder,
environment and its three files, and ends with the status of the command.
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path

LINE_BYTES_MAX = 1 << 20
"""Of arguments and environment together; an environment is some kilobytes."""

SHIM = """#!{python} -IS
import json, os, socket, sys
host = socket.socket(socket.AF_UNIX)
host.connect({address!r})
asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(host, [len(asked).to_bytes(4, "big")], [0, 1, 2])
host.sendall(asked)
sys.exit(int(host.makefile().read() or 1))
"""


def main(address: str) -> None:
    """Serve until it is told to end."""
    from fittrack.cli.commands import app  # noqa: F401 - what takes the time

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: each says its own status
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    while True:
        asker, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _answer(asker)
        asker.close()


def _answer(asker: socket.socket) -> None:
    size, files, _, _ = socket.recv_fds(asker, 4, 3)
    asked = b""
    while len(asked) < int.from_bytes(size, "big") <= LINE_BYTES_MAX:
        asked += asker.recv(LINE_BYTES_MAX)
    arguments, folder, environ = json.loads(asked)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = ["fittrack", *arguments]
    asker.sendall(str(_run()).encode())
    os._exit(0)


def _run() -> int:
    """The status of the command, as a shell would see it."""
    from fittrack.cli import main as fittrack

    try:
        fittrack()
        status: object = 0
    except SystemExit as ended:
        status = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status if isinstance(status, int) else int(status is not None)


def install(folder: Path, address: Path) -> None:
    """Put the shim into a folder of programs."""
    shim = folder / "fittrack"
    shim.write_text(SHIM.format(python=sys.executable, address=str(address)))
    shim.chmod(0o755)


if __name__ == "__main__":
    main(sys.argv[1])
