"""Makes running.svg: what a terminal shows of `make run`, and of a drawing's last seconds.

    python docs/images/capture.py

Everything shown is the output of real processes: the server with its demo world on a database of its
own, the example client, and the verification of the published proof.
"""

import asyncio
import io
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from fittrack.demo.people import ADMIN_EMAIL, DEMO_PASSWORD, PLAYER_EMAIL

ROOT: Final = Path(__file__).parents[2]
EXAMPLE: Final = "docs/examples/watch_drawing.py"
PICTURE: Final = Path(__file__).with_name("running.svg")
COLUMNS: Final = 104
CLOSES_AFTER: Final = timedelta(seconds=11)
DRAWN_AFTER: Final = timedelta(seconds=14)
EARLY_PLAYERS: Final = 8
"""Who bought before the picture begins; as many buy while it is watched."""
_REDRAWN = re.compile(r"^.*\x1b\[2K")
"""What a progress bar wrote before its last state."""
_FONT_FACES = re.compile(r" *<!--.*?-->\n| *@font-face \{\{.*?\}\}\n", re.DOTALL)
"""Fonts that would be fetched from elsewhere; whoever looks has a fixed-width one."""


@contextmanager
def running(folder: Path, port: int, shown: list[str]) -> Iterator[str]:
    """A server started by `make run`; its output goes to `shown`. Gives its address."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [  # noqa: S607 - the machine's make
            "make",
            "--no-print-directory",
            "--old-file=.venv/.ready",
            "run",
            f"PORT={port}",
        ],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None, "it was asked for"
    try:
        for line in process.stdout:
            shown.append(_REDRAWN.sub("", line.decode().rstrip("\n")))
            if "Mail is written" in shown[-1]:
                break
        else:
            raise SystemExit("\n".join(shown))
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate()


def environment(folder: Path) -> dict[str, str]:
    """The environment of what is shown: its own database, and colours."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DATABASE_URL": f"sqlite:///{folder}/fittrack.db",
        "MAIL_DIR": "var/mail",
        "LOG_LEVEL": "WARNING",
        "COLUMNS": str(COLUMNS),
        "FORCE_COLOR": "1",
        "TERM": "xterm-256color",
    }


async def sign_in(http: aiohttp.ClientSession, email: str) -> dict[str, str]:
    """The headers of somebody's requests."""
    answer = await post(http, "auth/login", {}, email=email, password=DEMO_PASSWORD)
    return {"Authorization": f"Bearer {answer['access_token']}"}


async def post(http: aiohttp.ClientSession, path: str, headers: dict[str, str], **body: object) -> Any:
    """Ask for something. Raises what aiohttp raises for a refusal."""
    async with http.post(f"/api/v1/{path}", headers=headers, json=body or None) as answer:
        answer.raise_for_status()
        return await answer.json()


async def announce(http: aiohttp.ClientSession) -> str:
    """Open a drawing that ends within seconds. Returns its id."""
    admin, now = await sign_in(http, ADMIN_EMAIL), datetime.now(UTC)
    drawing = await post(
        http,
        "drawings",
        admin,
        drawing_type="daily",
        name="Last Lap",
        ticket_cost_points=10,
        ticket_sales_close=(now + CLOSES_AFTER).isoformat(),
        drawing_time=(now + DRAWN_AFTER).isoformat(),
    )
    drawing_id: str = drawing["drawing_id"]
    prizes = (("Trail shoes", 1, "129.00"), ("A month of coffee", 2, "40.00"))
    for rank, (name, quantity, value) in enumerate(prizes, 1):
        await post(
            http,
            "prizes",
            admin,
            drawing_id=drawing_id,
            rank=rank,
            name=name,
            quantity=quantity,
            value_usd=value,
        )
    await post(http, f"drawings/{drawing_id}/schedule", admin)
    await post(http, f"drawings/{drawing_id}/open", admin)
    return drawing_id


def other_players(folder: Path) -> list[str]:
    """Emails of players of the demo world who have points to spend."""
    database = sqlite3.connect(f"file:{folder}/fittrack.db?mode=ro", uri=True)
    try:
        rows = database.execute(
            "SELECT email FROM users u JOIN ledger l USING (user_id) WHERE status = 'active' AND email <> ?"
            " AND seq = (SELECT max(seq) FROM ledger WHERE user_id = u.user_id) AND balance_after > 500"
            " ORDER BY email LIMIT ?",
            (PLAYER_EMAIL, 2 * EARLY_PLAYERS),
        )
        return [email for (email,) in rows]
    finally:
        database.close()


async def buy(http: aiohttp.ClientSession, drawing_id: str, who: list[dict[str, str]], hurry: float) -> None:
    """Somebody after the other buys, hesitating up to `hurry` seconds."""
    for headers in who:
        await asyncio.sleep(random.uniform(0, hurry))  # noqa: S311 - people's hesitation
        try:
            await post(http, f"drawings/{drawing_id}/tickets", headers, quantity=random.randint(2, 20))  # noqa: S311
        except aiohttp.ClientResponseError as refusal:
            if refusal.status not in {403, 409}:  # too late, or not eligible: that happens to people
                raise


async def type_in(folder: Path, command: str) -> tuple[str, str]:
    """Run a command in the project's environment; returns it with what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command.replace(EXAMPLE, f"{ROOT}/{EXAMPLE}").split(),
        cwd=folder,
        env=environment(folder),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(printed.decode())
    return command, printed.decode()


async def last_lap(url: str, folder: Path) -> list[tuple[str, str]]:
    """Commands of a player while a drawing ends, and what they print."""
    emails = await asyncio.to_thread(other_players, folder)
    async with aiohttp.ClientSession(url) as http:
        others = [await sign_in(http, email) for email in emails]
        drawing_id = await announce(http)
        await buy(http, drawing_id, others[:EARLY_PLAYERS], 0)
        watching = type_in(folder, f"python {EXAMPLE} {url} --tickets 25")
        watched, _ = await asyncio.gather(watching, buy(http, drawing_id, others[EARLY_PLAYERS:], 1.5))
    fetched = await type_in(folder, f"curl -so proof.json {url}/api/v1/drawings/{drawing_id}/proof")
    return [watched, fetched, await type_in(folder, "fittrack verify-drawing proof.json")]


def draw(parts: list[tuple[str, str]]) -> None:
    """Write the picture: each command after its prompt, with what it printed."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for command, printed in parts:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        if printed:
            console.print(Text.from_ansi(printed.strip("\n")))
    svg = console.export_svg(title="FitTrack", code_format=_FONT_FACES.sub("", CONSOLE_SVG_FORMAT))
    PICTURE.write_text(svg, encoding="utf-8")


def choose_port() -> int:
    """The port that `make run` takes, or a free one when it is in use."""
    for port in (8000, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            return chosen
    raise SystemExit("no port is free")


def main() -> None:
    """Run everything and draw it."""
    port, served = choose_port(), list[str]()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(folder, port, served) as url:
            typed = asyncio.run(last_lap(url, folder))
    draw([("make run" if port == 8000 else f"make run PORT={port}", "\n".join(served)), *typed])
    Console().print(f"{PICTURE} is drawn")


if __name__ == "__main__":
    main()
