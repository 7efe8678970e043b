"""What was done to accounts, as admins read it."""

from typing import Any

from tests.door import Door


async def actions_on(admin: Door, door: Door) -> list[dict[str, Any]]:
    """What was done to an account, in order."""
    return list(reversed((await admin.get(f"/admin/users/{door.user_id}/actions"))["items"]))
