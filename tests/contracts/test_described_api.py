"""The API answers as `/openapi.json` says, to everybody: no 5xx, nothing undeclared, nothing wrong let pass.

Schemathesis reads the document of a running server and makes requests from it, right and wrong ones; how it
is set, and what it leaves out and why, stands in `schemathesis.toml`.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from fittrack.accounts.commands import ChangeRole
from fittrack.app import SLICES, Node
from fittrack.kit.intention import Intention
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.access import Access
from fittrack.server.asking import USER
from fittrack.server.routes import Route
from tests import databases
from tests.admins import step_up
from tests.invariants import assert_invariants
from tests.players import Rest
from tests.programs import a_program
from tests.server import Server
from tests.stage import SOAK
from tests.world import enrol, fill, migrated, no_fatal, settings_for

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")

ROLES = ("client", "admin", "nobody", "pending", "player", "premium")
"""First those whose token or second factor holds for ten minutes."""

ROUTES = [route for routes in SLICES for route in routes if route.documented]
OPEN = (Access.ANYONE, Access.OPTIONAL)


def _differs_for_premium(route: Route) -> bool:
    return any(part in route.path for part in ("/drawings", "/tickets", "/prizes"))


LET_IN: Mapping[str, Callable[[Route], bool]] = {
    "nobody": lambda route: route.access in OPEN,
    "pending": lambda route: route.access.needs_token and route.access is not Access.ADMIN,
    "player": lambda route: route.access is not Access.ADMIN,
    "premium": lambda route: route.access is not Access.ADMIN and _differs_for_premium(route),
    "admin": lambda route: route.access is Access.ADMIN or route.access is Access.OPTIONAL,
    "client": lambda route: route.scope is not None,
}
"""Which routes are more than a refusal at the door for a role, or other than for a player.

Who is refused is held by the table of access, so that only the soak asks everybody for everything.
"""

EXAMPLES = 200 if SOAK else 1
"""Of each operation, beside the edge cases of its schema, which are always the same."""
SOAK_S = 400
"""Seconds at most for one role."""
SEED = 20_260_301

ENDERS = r"/auth/logout|/users/me/sessions/\{id\}"
"""What ends the session that the other examples need; nobody asks for them without one."""


@dataclass(frozen=True)
class Api:
    """A server, and the tokens of people of each role."""

    url: str
    tokens: Mapping[str, str]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("described")
    with asyncio.Runner() as runner:
        tokens = runner.run(_people(folder))
        server = Server(folder)
        try:
            runner.run(server.start())
            runner.run(_check_factor(server, tokens["admin"]))
            yield Api(server.url, tokens)
        finally:
            server.end()
    assert not server.faults, f"the server logged errors: {server.faults[:3]}"
    assert_invariants(databases.settings_of(folder))


async def _people(folder: Path) -> dict[str, str]:
    node = Node(migrated(settings_for(folder)), on_fatal=no_fatal)
    world = await fill(node, players=2, points=2_000, cost=1, close_in_s=7_200)
    player, premium = world.players
    pending = await enrol(node, "pending", status=AccountStatus.PENDING)
    end = node.clock.now() + timedelta(days=30)
    role = ChangeRole(role=Role.PREMIUM, reason="for the test", premium_expires_at=end)
    await node.registry.ref(USER, premium.user_id).ask(Intention(role))
    program = await a_program(node, "Acme")
    await node.close()
    members = {"pending": pending, "player": player, "premium": premium, "admin": world.admin}
    return {**{role: member.token for role, member in members.items()}, "client": program.token}


async def _check_factor(server: Server, admin: str) -> None:
    async with Rest(server) as rest:
        await step_up(rest, admin)


@pytest.mark.timeout(SOAK_S + 120)
@pytest.mark.parametrize("role", ROLES)
def test_the_api_answers_as_it_is_described(api: Api, role: str, tmp_path: Path) -> None:
    command = [
        str(SCHEMATHESIS),
        f"--config-file={CONFIG}",
        "run",
        f"{api.url}/openapi.json",
        f"--seed={SEED}",
        f"--max-examples={EXAMPLES}",
        "--continue-on-failure",
        "--no-color",
    ]
    if SOAK:
        command += [
            "--phases=coverage,fuzzing,stateful",
            f"--max-time={SOAK_S}",
            "--generation-database=none",
        ]
    else:
        command += ["--phases=coverage,fuzzing", "--generation-deterministic", "--no-shrink"]
        command += [f"--include-name={route.method} {route.path}" for route in ROUTES if LET_IN[role](route)]
    if role in api.tokens:
        command += [f"--header=Authorization: Bearer {api.tokens[role]}", f"--exclude-path-regex={ENDERS}"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-2_000:]
