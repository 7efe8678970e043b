"""A reader who typed `make run` in a fresh clone, for all tests of the documents that need a server."""

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.docs.reader import Reader
from tests.server import PATIENCE_S

TOGETHER = pytest.mark.xdist_group("make run")
"""Tests with this mark share the server."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server, what `make run` printed, and who typed it."""

    url: str
    printed: str
    reader: Reader


@pytest.fixture(scope="package")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(tmp_path_factory.mktemp("reader"))
    try:
        yield reader
    finally:
        reader.leaves()


@pytest.fixture(scope="package")
def running(reader: Reader) -> Iterator[Running]:
    port = free_port()
    command = ["make", "--old-file=.venv/.ready", f"PORT={port}", "run"]
    log = reader.clone / "var/server.log"
    log.parent.mkdir()
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=reader.clone,
            env=reader.environ,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    try:
        printed = read_greeting(process)
        assert printed, log.read_text()
        url = f"http://127.0.0.1:{port}"
        reader.has(URL=url, WS_URL=url.replace("http", "ws"), DRAWN_ID=drawn(url))
        yield Running(url, printed, reader)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


def drawn(url: str) -> str:
    """The id of a drawing with a proof."""
    with urllib.request.urlopen(f"{url}/api/v1/drawings?status=completed&limit=1") as answer:  # noqa: S310
        return str(json.load(answer)["items"][0]["drawing_id"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_greeting(process: "subprocess.Popen[bytes]") -> str:
    """What is printed until the server serves; nothing if it never does."""
    assert process.stdout is not None, "it was asked for"
    lines = []
    for line in process.stdout:
        lines.append(line.decode())
        if "Mail is written" in lines[-1]:
            return "".join(lines)
    return ""
