"""An admin who lost phone and recovery codes: the operator's way out."""

from pathlib import Path

import pytest

from protocol.close_codes import CloseCode
from tests.admins import step_up
from tests.commands import fittrack
from tests.players import Rest, problem_code
from tests.server import Server, serving
from tests.stage import eventually
from tests.wire import wired
from tests.world import ADMIN_PASSWORD

EMAIL = "boss@lost.example"
SIGN_IN = {"email": EMAIL, "password": ADMIN_PASSWORD}


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """The folder of a migrated database with an admin."""
    server = Server(tmp_path)
    for command in (("migrate",), ("admin", "create", "--email", EMAIL, "--password", ADMIN_PASSWORD)):
        code, output = await fittrack(server, *command)
        assert code == 0, output
    return tmp_path


async def test_a_reset_takes_the_factor_away_and_ends_every_session_of_a_running_server(
    database: Path,
) -> None:
    async with serving(database) as server, Rest(server) as rest:
        token = str((await rest.post("/auth/login", SIGN_IN))["access_token"])
        await step_up(rest, token)
        async with wired(server, token) as wire:
            code, output = await fittrack(server, "admin", "reset-mfa", "--email", EMAIL.upper())
            assert code == 0, output
            while await wire.read():
                pass
            assert wire.close_code == CloseCode.REVOKED
        status, _ = await rest.call("GET", "/auth/me", token=token)
        assert status == 401
        again = str((await rest.post("/auth/login", SIGN_IN))["access_token"])
        refused = await rest.call("POST", "/auth/mfa/verify", {"code": "123456"}, token=again)
        assert (refused[0], problem_code(refused[1])) == (409, "mfa-not-enrolled")
        await step_up(rest, again)
        (recorded,) = (await rest.get("/admin/audit?action=mfa.reset", again))["items"]
        assert recorded["actor_id"] is None
        assert "@" in recorded["address"], "the operator, as far as the system knows"
        await eventually(
            lambda: any("took away" in file.read_text() for file in (database / "mail").glob("*.eml")),
            "the letter",
        )


@pytest.mark.parametrize("email", ["nobody@lost.example", "no address"])
async def test_a_reset_of_nobody_is_a_sentence(database: Path, email: str) -> None:
    code, output = await fittrack(Server(database), "admin", "reset-mfa", "--email", email)
    assert code == 1
    assert "no administrator with this email" in output
