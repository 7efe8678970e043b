"""kill -9 at any instant: what was done is recorded, once, and the chain goes on."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import aiohttp
import pytest
from sqlalchemy import func, select

from fittrack.audit.examination import examine
from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.operations import audit_log
from tests.players import QUICK, RETRIED_STATUSES, Rest
from tests.server import serving
from tests.stage import Stage, eventually, set_up

KILLS = 2
DRAFTS = 20
"""Between two kills: enough that some are under way at each."""


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    return await set_up(tmp_path)


async def draft(rest: Rest, token: str, key: UUID) -> None:
    """Insist until the draft is there, whatever happens to the server."""
    body = {"drawing_type": "daily", "name": f"Draft {key}"}
    while True:
        try:
            status, answer = await rest.call("POST", "/drawings", body, token=token, key=key)
        except (aiohttp.ClientError, TimeoutError, OSError):
            status, answer = 0, {}
        if status and status not in RETRIED_STATUSES:
            assert status == 201, answer
            return
        await asyncio.sleep(QUICK)


async def test_every_draft_is_recorded_once_and_every_record_sealed_once(stage: Stage) -> None:
    token = stage.world.admin.token
    async with serving(stage.folder) as server, Rest(server) as rest:
        for _ in range(KILLS):
            under_way = [asyncio.create_task(draft(rest, token, uuid4())) for _ in range(DRAFTS)]
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            await server.kill()
            await server.start()
            await asyncio.gather(*under_way)
        reader = stage.reader()
        try:
            await eventually(lambda: examine(reader).waiting.rows == 0, "the last seal")
            assert examine(reader).verdict.broken is None
            with reader.connect() as connection:
                made = connection.execute(
                    select(audit_log.c.subject_id).where(audit_log.c.action == "drawing.create")
                ).all()
                there = connection.execute(select(func.count()).select_from(drawings)).scalar_one()
            assert len(made) == len(set(made)) == there == KILLS * DRAFTS + 1
        finally:
            reader.dispose()
