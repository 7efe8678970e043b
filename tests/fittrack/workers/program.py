"""A worker of which nothing is wanted but to be one. How it behaves stands in its folder, to be changed
between two starts like an installation.

`serves`: says that it does, and ends in good order when it is told to. `waits`: the same, once the file `go`
is there. `drains`: ends when `go` is there, or at a second signal. `ignores`: does not end when it is told
to. `hangs`: never serves. `refuses`: its settings are wrong. `breaks`: ends before it serves. `lives`:
serves, and says again and again that it is alive, which the others do not. `listens`: serves, and writes
down what it is told. `halts`: says so once, and stands
still.

It leaves a file that says so where it hangs, halts or drains.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import msgspec

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
    if behaves == "waits":
        _wait_for(folder / "go")
    if behaves == "hangs":
        (folder / f"hangs {number}").touch()
    else:
        supervisor.say_serving(f"node of {number}, {behaves}")
    if behaves == "halts":
        (folder / f"halts {number}").touch()
        supervisor.say_alive()
        os.kill(os.getpid(), signal.SIGSTOP)
    if behaves == "listens":
        asyncio.run(_listen(supervisor, folder / f"heard {number}"))
    while not told:
        if behaves == "lives":
            supervisor.say_alive()
        time.sleep(LOOK_EVERY_S)
    if behaves == "drains":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        (folder / f"drains {number}").touch()
        _wait_for(folder / "go")


async def _listen(supervisor: SupervisorLink, heard: Path) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    listening = asyncio.ensure_future(supervisor.listen())
    while not ended.is_set():
        if supervisor.figures is not None:
            draft = heard.with_suffix(".draft")
            draft.write_bytes(msgspec.json.encode(supervisor.figures))
            draft.replace(heard)
        await asyncio.sleep(LOOK_EVERY_S)
    listening.cancel()
    sys.exit()


def _wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(LOOK_EVERY_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[sys.argv.index("--worker") + 1])
