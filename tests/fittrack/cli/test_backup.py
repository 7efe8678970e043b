"""A backup taken beside a working server, and the way back from it."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from fittrack.fairness.verification import verify_file
from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import uuid7
from tests.admins import open_drawing
from tests.commands import fittrack
from tests.invariants import assert_invariants
from tests.newcomers import a_hard_day, a_newcomer, an_admin
from tests.players import Rest, client
from tests.server import Server, serving
from tests.stage import eventually
from tests.world import migrated, settings_for

PURCHASES = 40


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server on a new database."""
    migrated(settings_for(tmp_path))
    async with serving(tmp_path) as server:
        yield server


async def buy(rest: Rest, token: str, drawing: UUID, times: int) -> None:
    """So many tickets, one by one."""
    for _ in range(times):
        await rest.post(f"/drawings/{drawing}/tickets", {"quantity": 1}, token=token)


def moved_aside(folder: Path) -> Path:
    """The database that a restore replaced."""
    [file] = folder.glob("fittrack-before-*.db")
    return file


async def test_what_is_backed_up_under_load_comes_back_whole(server: Server, tmp_path: Path) -> None:
    backup = tmp_path / "kept" / "monday.db"
    async with Rest(server) as rest:
        admin, token = await an_admin(server, rest), await a_newcomer(server, rest, "ada")
        async with client(server, token) as (phone, _):
            await phone.log_activities([a_hard_day(SystemClock().now(), 1)], key=uuid7())
        drawing = await open_drawing(rest, admin, cost=1)
        buying = asyncio.create_task(buy(rest, token, drawing, PURCHASES))
        code, output = await fittrack(server, "backup", str(backup))
        assert code == 0, output
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600, "for its owner alone"
        await buying
        balance = (await rest.get("/points/balance", token))["balance"]
        code, output = await fittrack(server, "restore", str(backup))
        assert (code, "stop the server first" in output) == (1, True), output
        await server.terminate()
        code, output = await fittrack(server, "restore", str(backup))
        assert code == 0, output
        assert_invariants(tmp_path / "fittrack.db", settled=False)
        await server.start()
        restored = (await rest.get("/points/balance", token))["balance"]
        assert balance <= restored <= 1_000, "as it was at the instant of the backup"
        await buy(rest, token, drawing, 1)
        assert (await rest.get("/points/balance", token))["balance"] == restored - 1
    code, output = await fittrack(server, "check")
    assert code == 0, output
    assert_invariants(moved_aside(tmp_path), settled=False)


async def test_phones_that_were_ahead_of_a_restored_server_are_told_to_load_anew(
    server: Server, tmp_path: Path
) -> None:
    backup = tmp_path / "before.db"
    async with Rest(server) as rest:
        token = await a_newcomer(server, rest, "grace")
        code, output = await fittrack(server, "backup", str(backup))
        assert code == 0, output
        async with client(server, token) as (phone, _):
            await phone.log_activities([a_hard_day(SystemClock().now(), 1)], key=uuid7())
            positions = phone.positions
            assert positions.ledger == 1
        await server.terminate()
        code, output = await fittrack(server, "restore", str(backup))
        assert code == 0, output
        await server.start()
        async with client(server, token, positions=positions) as (phone, _):
            await phone.connected.wait()
            assert phone.welcome["resumed"] is False
            assert phone.positions.ledger == 0


async def test_a_completed_drawing_has_the_same_proof_after_a_restore(server: Server, tmp_path: Path) -> None:
    backup = tmp_path / "drawn.db"
    async with Rest(server) as rest:
        admin, token = await an_admin(server, rest, "ada"), await a_newcomer(server, rest, "grace")
        async with client(server, token) as (phone, _):
            await phone.log_activities([a_hard_day(SystemClock().now(), 1)], key=uuid7())
        drawing = await open_drawing(rest, admin, sales_s=3)
        await buy(rest, token, drawing, 2)

        async def is_drawn() -> bool:
            return bool((await rest.get(f"/drawings/{drawing}"))["status"] == "completed")

        await eventually(is_drawn, "the draw")
        proof = await rest.read(f"/drawings/{drawing}/proof")
        code, output = await fittrack(server, "backup", str(backup))
        assert code == 0, output
        await server.terminate()
        code, output = await fittrack(server, "restore", str(backup))
        assert code == 0, output
        await server.start()
        assert await rest.read(f"/drawings/{drawing}/proof") == proof
    file = tmp_path / "proof.json"
    file.write_bytes(proof)
    assert verify_file(file).ok


async def test_what_is_no_backup_is_refused_and_nothing_changes(server: Server, tmp_path: Path) -> None:
    await server.terminate()
    before = (tmp_path / "fittrack.db").read_bytes()
    false = tmp_path / "false.db"
    for content in (b"", b"no database", b"SQLite format 3\0" + bytes(4096)):
        false.write_bytes(content)
        code, output = await fittrack(server, "restore", str(false))
        assert code == 1, output
        assert "Traceback" not in output
        assert (tmp_path / "fittrack.db").read_bytes() == before
    code, output = await fittrack(server, "backup", str(false))
    assert (code, "not overwritten" in output) == (1, True), output
    await server.start()
