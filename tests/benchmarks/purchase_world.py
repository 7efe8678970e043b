"""Rich players and an open drawing: in the product's database, and the same ones in the peers'."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fittrack.app import AUDIENCE, Node
from fittrack.config import Settings
from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import DrawingId
from tests import world
from tests.benchmarks.peers import tables
from tests.world import Member

POINTS = 6_000
"""What six hard days earn; at a point a ticket so many purchases for each player."""

SALES_LAST_S = 7_200
UNLIMITED = "1000000"
BUDGETS = {
    "WS_COMMANDS_PER_SECOND": UNLIMITED,
    "WS_COMMANDS_BURST": UNLIMITED,
    "WS_COMMANDS_IN_FLIGHT": "64",
    "RATE_LIMIT_USER": UNLIMITED,
}
"""People's budgets would be measured, not the server."""


@dataclass(frozen=True, slots=True)
class PurchaseWorld:
    """The players, the drawing that sells, and how processes that serve them are configured."""

    folder: Path
    players: list[Member]
    drawing_id: DrawingId
    environ: dict[str, str]
    """For the product's server."""
    peer_environ: dict[str, str]
    """For the peers, beside the path of the database."""

    def peer_database(self, name: str) -> dict[str, str]:
        """A fresh database for a peer; returns its environment."""
        path = self.folder / f"{name}.db"
        path.unlink(missing_ok=True)
        closes_at = SystemClock().now() + timedelta(seconds=SALES_LAST_S)
        tables.fill(
            path,
            users=[player.user_id for player in self.players],
            balance=POINTS,
            drawing_id=self.drawing_id,
            closes_at_ms=int(closes_at.timestamp() * 1000),
        )
        return {**self.peer_environ, "PEER_DATABASE": str(path)}


async def make_purchase_world(folder: Path, players: int) -> PurchaseWorld:
    """Make it, through the product."""
    settings = world.migrated(world.settings_for(folder))
    node = Node(settings, on_fatal=world.no_fatal)
    try:
        names = [f"buyer{number}" for number in range(players)]
        members = list(await asyncio.gather(*(world.enrol(node, name) for name in names)))
        await asyncio.gather(
            *(_enrich(node, member, name) for member, name in zip(members, names, strict=True))
        )
        drawing_id = await world.open_drawing(node, close_in_s=SALES_LAST_S)
    finally:
        await node.close()
    return PurchaseWorld(folder, members, drawing_id, _environ(folder), _peer_environ(settings))


async def _enrich(node: Node, member: Member, name: str) -> None:
    await world.complete_profile(node, member, name)
    await world.earn(node, member, POINTS)


def _environ(folder: Path) -> dict[str, str]:
    return {
        "APP_ENV": "testing",
        "DATABASE_URL": f"sqlite:///{folder}/fittrack.db",
        "MAIL_DIR": str(folder / "mail"),
        "LOG_LEVEL": "WARNING",
        **BUDGETS,
    }


def _peer_environ(settings: Settings) -> dict[str, str]:
    key = settings.make_token_keys().signing
    assert isinstance(key, bytes), "symmetric keys are the default of development and tests"
    return {
        "PEER_KEY": key.hex(),
        "PEER_ISSUER": settings.public_url,
        "PEER_AUDIENCE": AUDIENCE,
    }
