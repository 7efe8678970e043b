"""A server that is started as whoever deploys it does: by its command, in a folder, and read as it logs."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.server import PATIENCE_S


@contextmanager
def serving_from(folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """The address of a server on a free port, which has drained and ended well afterwards."""
    command = [sys.executable, "-m", "fittrack", "serve", "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**environ, "LOG_FORMAT": "json"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None, "it was asked for"
    try:
        yield f"http://127.0.0.1:{port_of(process.stderr)}"
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


def port_of(log: Iterator[bytes]) -> int:
    """Where it serves, as soon as it says so."""
    lines = []
    for line in log:
        lines.append(line)
        if b'"node.serving"' in line:
            return int(json.loads(line)["port"])
    raise AssertionError(b"".join(lines).decode())
