"""The guide to webhooks: its receiver takes what is sent, its tables are complete."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fittrack.webhooks.events import TEST, EventType
from fittrack.webhooks.rules import RETRIES
from tests.actors.house import a_house
from tests.docs.pages import blocks, code, rows, text_of
from tests.door import an_admin, opened

GUIDE = text_of("docs/webhooks.md")
SHOWN = {
    language: [block.text for block in blocks(GUIDE) if block.language == language]
    for language in ("python", "sh", "json")
}


@asynccontextmanager
async def the_receiver(folder: Path, secret: str) -> AsyncIterator[asyncio.StreamReader]:
    """The receiver of the guide as a program of its own; yields what it prints."""
    program = folder / "receiver.py"
    program.write_text(SHOWN["python"][0])
    environ = {**os.environ, "WEBHOOK_SECRET": secret, "PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None, "it was asked for"
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.communicate()


async def test_the_receiver_of_the_guide_takes_what_is_sent(tmp_path: Path) -> None:
    today = datetime.now(UTC).replace(microsecond=0)  # it looks at the real clock
    async with a_house(tmp_path, start=today) as house, opened(house.node) as client:
        admin = await an_admin(house, client)
        hook = {"url": "http://127.0.0.1:9000/hook", "event_types": ["drawing.completed"]}
        made = await admin.granted("/webhooks", hook)
        path = f"/webhooks/{made['endpoint_id']}"
        async with the_receiver(tmp_path, made["secret"]) as printed:
            port = (await printed.readline()).decode().split()[-1]
            await admin.granted(path, {"url": f"http://127.0.0.1:{port}/hook"}, method="PATCH")
            sent = await admin.granted(f"{path}/test", {})
            await house.node.jobs.deliver_webhooks()
            line = (await printed.readline()).decode()
        assert line.startswith(f"{sent['message_id']} webhook.test ")
        [delivery] = (await admin.get(f"{path}/deliveries"))["items"]
        assert delivery["status"] == "delivered"


def test_the_example_is_a_message_as_it_is_sent() -> None:
    [shown] = SHOWN["json"]
    message = json.loads(shown)
    assert list(message) == ["type", "timestamp", "data"]
    assert message["type"] in set(EventType)


def test_every_type_is_explained() -> None:
    explained = {word for cells in rows(GUIDE, "type") for word in re.findall(r"`([a-z.]+)`", cells[0])}
    assert explained == {*EventType, TEST}


def test_the_waits_of_the_guide_are_those_of_the_schedule() -> None:
    told = "after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours"
    assert told in GUIDE
    seconds = [5, 5 * 60, 30 * 60, *(hours * 3_600 for hours in (2, 5, 10, 14, 20, 24))]
    assert [wait.total_seconds() for wait in RETRIES] == seconds
    assert "tried ten times" in GUIDE and len(RETRIES) == 9
    assert "`webhook.given_up`" in GUIDE and "webhook.disabled" in set(code(GUIDE))
