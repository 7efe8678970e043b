"""An admin's desk in a house where days pass: the session lasts, its token is made anew."""

from dataclasses import dataclass
from typing import Any

from fittrack.kit.ids import SessionId, UserId
from fittrack.kit.standing import Role
from tests.actors.house import House
from tests.door import Client
from tests.world import enrol


@dataclass(frozen=True, slots=True)
class Desk:
    """Reads reports."""

    house: House
    client: Client
    user_id: UserId
    session_id: SessionId

    async def call(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers of a report."""
        token = self.house.node.identity.tokens.issue(self.user_id, self.session_id).token
        sent = {"Authorization": f"Bearer {token}", **headers}
        async with self.client.get(f"/api/v1/admin/analytics/{path}", headers=sent) as response:
            return response.status, await response.text(), dict(response.headers)

    async def report(self, path: str) -> dict[str, Any]:
        token = self.house.node.identity.tokens.issue(self.user_id, self.session_id).token
        sent = {"Authorization": f"Bearer {token}"}
        async with self.client.get(f"/api/v1/admin/analytics/{path}", headers=sent) as response:
            found: dict[str, Any] = await response.json()
            assert response.status == 200, found
            return found

    async def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.report(path))["items"]
        return found


async def a_desk(house: House, client: Client) -> Desk:
    """The desk of a new admin, who is the first account there is."""
    admin = await enrol(house.node, "boss", role=Role.ADMIN)
    session_id = (await house.node.identity.authenticator.authenticate(admin.token)).session_id
    return Desk(house, client, admin.user_id, session_id)
