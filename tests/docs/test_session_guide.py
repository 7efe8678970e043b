"""The session that the guide to the protocol shows, frame by frame, is one that a server really has."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgpack
import pytest

from tests.docs.conftest import TOGETHER, Running
from tests.docs.pages import ROOT, Block, blocks, text_of
from tests.server import PATIENCE_S, Server, serving

pytestmark = TOGETHER

GUIDE = text_of("docs/protocol.md")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
HASH = re.compile(r"\b[0-9a-f]{64}\b")

OF_THE_DAY = {
    *("amount", "balance", "balance_after", "ledger_seq", "seq", "inbox_seq", "unread"),
    *("current", "longest", "minutes_missing_today", "next_bonus_in_days"),
    *("active_today", "steps", "active_minutes", "workouts", "points_earned", "points_remaining"),
    *("entrants", "my_tickets", "odds", "tickets", "total_tickets", "after_ms", "ledger", "inbox"),
}
"""Numbers that the demo world has by chance, or by the day; all others are as they are shown."""


def session(block: Block) -> list[str]:
    """The lines of a transcript; the continued lines of a long frame are indented."""
    return re.sub(r"\n  +", " ", block.text).splitlines()


SHOWN = [line for block in blocks(GUIDE) if block.note == "session" for line in session(block)]


@pytest.fixture
async def server(running: Running) -> AsyncIterator[Server]:
    """A server of its own, which may be told to stop, on a copy of the demo world."""
    copy = running.reader.clone / "var/session.db"
    assert running.reader.types([f"fittrack backup {copy}"]).status == 0
    environ = {"DATABASE_URL": f"sqlite:///{copy}", "WS_DRAIN_SECONDS": "1"}
    async with serving(running.reader.clone / "var", **environ) as server:
        yield server


def play(server: Server) -> list[str]:
    """Run the example; tell the server to stop when it waits for that."""
    command = [sys.executable, str(ROOT / "docs/examples/raw_session.py"), server.url, "--until-goaway"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as example:
        assert example.stdout is not None, "it was asked for"
        lines, pauses = [], 0
        for line in example.stdout:
            lines.append(line.rstrip("\n"))
            pauses += not lines[-1]
            if not lines[-1] and pauses == 2:
                server.send(signal.SIGTERM)
        assert example.wait(PATIENCE_S) == 0
    return [line for line in lines if line]


async def test_a_real_session_goes_as_it_is_shown(server: Server) -> None:
    real = await asyncio.to_thread(play, server)
    assert turns(SHOWN) == turns(real)
    assert ticks(SHOWN) == ticks(real) != set()


def turns(lines: list[str]) -> list[tuple[str, list[str]]]:
    """What both say in turn. Within one turn the server has no fixed order; ticks come at any time."""
    found: list[tuple[str, list[str]]] = []
    for arrow, said in plain(lines):
        if not found or found[-1][0] != arrow:
            found.append((arrow, []))
        if "drawing.tick" not in said:
            found[-1][1].append(said)
    return [(arrow, sorted(said)) for arrow, said in found]


def ticks(lines: list[str]) -> set[str]:
    """The ticks, which differ in nothing but numbers."""
    return {said for _, said in plain(lines) if "drawing.tick" in said}


def plain(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Who says what, without what differs from run to run; ids are numbered as they appear."""
    names: dict[str, str] = {}
    for line in lines:
        said = line[2:]
        if said.startswith("{"):
            said = json.dumps(bare(json.loads(said), names), ensure_ascii=False)
        yield line[0], said


def bare(value: Any, names: dict[str, str], key: str = "") -> Any:
    """A value without what differs from run to run."""
    if isinstance(value, dict):
        return {name: bare(each, names, name) for name, each in sorted(value.items())}
    if isinstance(value, list):
        return [bare(each, names) for each in value]
    if isinstance(value, str):
        without = UUID.sub(lambda found: names.setdefault(found[0], f"id {len(names)}"), value)
        without = re.sub(r"\d[\d,]* points|balance is [\d,]+", "…", without)
        return HASH.sub("hash", INSTANT.sub("instant", without))
    return "number" if key in OF_THE_DAY and value is not None else value


def test_the_bytes_that_are_shown_are_those_of_the_frame() -> None:
    [line] = [line for block in blocks(GUIDE) if block.note == "bytes" for line in block.text.splitlines()]
    shown, _, octets = line.partition("  =  ")
    assert msgpack.unpackb(bytes.fromhex(octets)) == json.loads(shown)
    assert bytes.fromhex(octets) == msgpack.packb(json.loads(shown))
