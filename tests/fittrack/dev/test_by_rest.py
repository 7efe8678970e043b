"""`/dev`: where it exists, and what it does to a database and to those who use it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fittrack.app import Node
from fittrack.config import AppEnv
from fittrack.demo.people import ADMIN_EMAIL, DEMO_PASSWORD
from fittrack.dev.routes import ROUTES
from fittrack.dev.schemas import SeedStatus
from fittrack.kit.clock import SystemClock
from protocol.close_codes import CloseCode
from tests.actors.house import a_house
from tests.door import Client, Door, an_admin, opened
from tests.invariants import assert_invariants
from tests.players import Rest
from tests.server import serving
from tests.wire import wired
from tests.world import make_world, migrated, no_fatal, settings_for

PATHS = [route.path for route in ROUTES]
DATABASE = "fittrack.db"
MARKS = {"alembic_version", "rollup_marks", "tier_norms", "retention_marks"}
"""Tables of what is known of the schema, and of how far the jobs have come: those go on."""


@pytest.mark.parametrize("where", AppEnv)
async def test_they_exist_in_development_and_testing_alone(tmp_path: Path, where: AppEnv) -> None:
    node = Node(replace(migrated(settings_for(tmp_path)), app_env=where), on_fatal=no_fatal)
    try:
        async with opened(node) as client:
            statuses = {await _status(client, route.method, route.path) for route in ROUTES}
            async with client.get("/openapi.json") as answer:
                described = set((await answer.json())["paths"])
    finally:
        await node.close()
    there = where in {AppEnv.DEVELOPMENT, AppEnv.TESTING}
    assert statuses == ({401} if there else {404})
    assert described & set(PATHS) == (set(PATHS) if there else set())


async def _status(client: Client, method: str, path: str) -> int:
    async with client.request(method, path) as answer:
        return answer.status


async def test_a_schema_that_is_the_newest_is_left_alone(admin: Door) -> None:
    assert await admin.granted("/dev/migrate") == {"applied": []}


async def test_tables_are_told_with_their_rows(admin: Door) -> None:
    told = await admin.get("/dev/tables")
    rows = _rows(told)
    assert (rows["users"], rows["sessions"], rows["drawings"]) == (1, 1, 0)
    assert told["seed"]["status"] == SeedStatus.NONE
    assert told["database"] == DATABASE


async def test_another_database_than_the_one_that_is_named_is_not_erased(admin: Door) -> None:
    assert await admin.refused("/dev/reset", {"confirm": "production"}) == "validation"
    assert _rows(await admin.get("/dev/tables"))["users"] == 1


async def test_the_demo_world_moves_in_with_admins_and_with_nobody_else(tmp_path: Path) -> None:
    async with a_house(tmp_path, start=SystemClock().now()) as house, opened(house.node) as client:
        admin = await an_admin(house, client)
        board = "/leaderboards/alltime?tier=OPEN"
        assert (await admin.get(board))["total_players"] == 0
        status, begun = await admin.post("/dev/seed")
        assert (status, begun["status"]) == (202, SeedStatus.RUNNING)
        assert await admin.refused("/dev/seed") == "conflict"
        assert await admin.refused("/dev/reset", {"confirm": DATABASE}) == "conflict"
        await house.node.server.dev.settled()
        told = await admin.get("/dev/tables")
        assert told["seed"]["status"] == SeedStatus.DONE, told["seed"]
        assert _rows(told)["ledger"] > 1_000
        assert (await admin.get(board))["total_players"] > 100
        demo = replace(admin, email=ADMIN_EMAIL)
        form = {"email": demo.email, "password": DEMO_PASSWORD}
        signed_in = await demo.granted("/auth/login", form)
        assert signed_in["user"]["role"] == "admin"
        assert await admin.refused("/dev/seed") == "conflict"
        await house.node.jobs.seal_audit_log()


async def test_a_reset_erases_everything_and_everybody_is_told_to_go(tmp_path: Path) -> None:
    settings = migrated(settings_for(tmp_path))
    world = await make_world(settings, players=1)
    before = _triggers(tmp_path)
    player, drawing = world.players[0], f"/drawings/{world.drawing_id}"
    async with serving(tmp_path) as server, Rest(server) as rest, wired(server, player.token) as wire:
        assert (await rest.call("GET", drawing, token=player.token))[0] == 200
        status, erased = await rest.call("POST", "/dev/reset", {"confirm": DATABASE}, token=world.admin.token)
        assert status == 200, erased
        while await wire.read():
            pass
        assert wire.close_code == CloseCode.REVOKED
        for token in (player.token, world.admin.token):
            assert (await rest.call("GET", "/auth/me", token=token))[0] == 401
        assert (await rest.call("GET", drawing))[0] == 404
        assert _filled(tmp_path) <= MARKS
        registration = {
            "email": "new@test.example",
            "password": DEMO_PASSWORD,
            "date_of_birth": "1990-05-17",
            "state": "TX",
            "accepted_terms": True,
            "accepted_rules": True,
        }
        assert (await rest.call("POST", "/auth/register", registration))[0] == 201
    assert _triggers(tmp_path) == before
    assert erased["rows"] > 10
    assert_invariants(tmp_path / DATABASE)


def _rows(told: dict[str, Any]) -> dict[str, int]:
    return {table["name"]: table["rows"] for table in told["tables"]}


def _filled(folder: Path) -> set[str]:
    """Tables with anything in them."""
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name for name in names if db.execute(f"SELECT 1 FROM {name}").fetchone()}  # noqa: S608


def _triggers(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        return db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        ).fetchall()
