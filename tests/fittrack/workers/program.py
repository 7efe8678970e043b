"""A worker of which nothing is wanted but to be one. How it behaves stands in its folder, to be changed
between two starts like an installation.

`serves`: says that it does, and ends in good order when it is told to. `waits`: the same, once the file `go`
is there. `drains`: ends when `go` is there, or at a second signal. `ignores`: does not end when it is told
to. `hangs`: never serves. `refuses`: its settings are wrong. `breaks`: ends before it serves.

It leaves a file that says so where it hangs or drains.
"""

import signal
import sys
import time
from pathlib import Path

from fittrack.workers.limits import EXIT_USAGE
from fittrack.workers.link import SupervisorLink

LOOK_EVERY_S = 0.01
BREAKS = 7


def main(folder: Path, number: str) -> None:
    behaves = (folder / "behaves").read_text()
    if behaves == "refuses":
        sys.exit(EXIT_USAGE)
    if behaves == "breaks":
        sys.exit(BREAKS)
    told = []
    signal.signal(signal.SIGTERM, signal.SIG_IGN if behaves == "ignores" else lambda *_: told.append(True))
    supervisor = SupervisorLink()
    supervisor.say_node(f"node of {number}, {behaves}")
    if behaves == "waits":
        _wait_for(folder / "go")
    if behaves == "hangs":
        (folder / f"hangs {number}").touch()
    else:
        supervisor.say_serving()
    while not told:
        time.sleep(LOOK_EVERY_S)
    if behaves == "drains":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        (folder / f"drains {number}").touch()
        _wait_for(folder / "go")


def _wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(LOOK_EVERY_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[sys.argv.index("--worker") + 1])
