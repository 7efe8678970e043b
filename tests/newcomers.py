"""People who come to a server process for the first time, through the doors that everybody has."""

import email
import email.policy
import re
from datetime import datetime, timedelta
from typing import Any

from protocol.shapes import ActivityInput
from tests.commands import fittrack
from tests.players import Rest
from tests.server import Server
from tests.stage import eventually

PASSWORD = "Correct-Horse-7-Battery"


async def an_admin(server: Server, rest: Rest, name: str = "admin") -> str:
    """The token of an admin, made at the command line."""
    address = address_of(name)
    code, output = await fittrack(server, "admin", "create", "--email", address, "--password", PASSWORD)
    assert code == 0, output
    return str((await sign_in(rest, address))["access_token"])


def address_of(name: str) -> str:
    """Where somebody of these tests has mail."""
    return f"{name}@journey.example"


async def sign_in(rest: Rest, address: str) -> dict[str, Any]:
    return await rest.post("/auth/login", {"email": address, "password": PASSWORD})


async def a_newcomer(server: Server, rest: Rest, name: str) -> str:
    """The token of somebody who registered, verified the address, signed in and completed the profile."""
    address = address_of(name)
    await register(rest, address)
    verified = await rest.post("/auth/verify-email", {"token": await verification_code(server, address)})
    assert verified["status"] == "active"
    token = str((await sign_in(rest, address))["access_token"])
    status, profile = await rest.call(
        "PUT",
        "/users/me/profile",
        {"display_name": name.title(), "biological_sex": "female", "fitness_level": "intermediate"},
        token=token,
    )
    assert status == 200, profile
    assert profile["tier_code"].startswith("F-30-39")
    return token


async def register(rest: Rest, address: str) -> None:
    registered = await rest.post(
        "/auth/register",
        {
            "email": address,
            "password": PASSWORD,
            "date_of_birth": "1990-05-17",
            "state": "TX",
            "accepted_terms": True,
            "accepted_rules": True,
        },
    )
    assert registered["status"] == "pending"


async def verification_code(server: Server, address: str) -> str:
    """The code in the letter to `address`."""
    return await found_in_letters(server, address, r"fte_[\w-]+")


async def found_in_letters(server: Server, address: str, pattern: str) -> str:
    """What a letter to `address` says that matches."""
    found: list[str] = []

    def arrived() -> bool:
        for file in (server.folder / "mail").glob("*.eml"):
            letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = letter.get_body(("plain",))
            if letter["To"] == address and body is not None:
                found.extend(re.findall(pattern, body.get_content()))
        return bool(found)

    await eventually(arrived, "the letter")
    return found[0]


def a_hard_day(now: datetime, back: int) -> ActivityInput:
    """Six hours of running, some days back: more than a day may earn."""
    start = (now - timedelta(days=back)).replace(hour=16, minute=0)
    return ActivityInput(
        activity_type="active_minutes",
        start_time=start,
        end_time=start + timedelta(hours=6),
        duration_minutes=360,
        source="fitbit",
        intensity="vigorous",
        external_id=f"run-{back}",
    )
