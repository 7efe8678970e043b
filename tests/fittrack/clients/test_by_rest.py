"""Programs of third parties: let in by admins, with scopes, secrets that rotate, and figures of use."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from fittrack.kit.ids import ClientId
from tests.actors.house import House
from tests.door import Door

ACME = {"name": "Acme reports", "scopes": ["analytics:read", "users:read"], "requests_per_minute": 50}
CLIENTS = "/admin/clients"


async def made(admin: Door, **fields: object) -> dict[str, Any]:
    """A client with its secret."""
    return await admin.granted(CLIENTS, {**ACME, **fields})


async def ask_for_token(admin: Door, form: dict[str, str], **headers: str) -> tuple[int, dict[str, Any], Any]:
    """Status, body and headers of the token endpoint."""
    async with admin.client.post("/api/v1/oauth/token", data=form, headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers


def stored_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("*.db*"))


def credentials(client: dict[str, Any], **more: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        **more,
    }


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def entered(admin: Door, client: dict[str, Any], **more: str) -> Door:
    """The program at the door, with a token for its credentials."""
    status, token, _ = await ask_for_token(admin, credentials(client, **more))
    assert status == 200, token
    return replace(admin, token=token["access_token"])


async def test_a_secret_is_shown_once_and_kept_as_a_hash(admin: Door, tmp_path: Path) -> None:
    client = await made(admin)
    assert client["client_secret"].startswith("ftc_")
    shown = await admin.get(f"{CLIENTS}/{client['client_id']}")
    assert "client_secret" not in shown
    assert shown | ACME == shown
    assert len(shown["secrets"]) == 1
    assert [item["client_id"] for item in (await admin.get(CLIENTS))["items"]] == [client["client_id"]]
    stored = stored_in(tmp_path)
    assert client["name"].encode() in stored
    assert client["client_secret"].encode() not in stored


async def test_credentials_get_a_token_in_the_header_or_in_the_form(admin: Door) -> None:
    client = await made(admin)
    for form, headers in (
        (credentials(client), {}),
        ({"grant_type": "client_credentials"}, basic(client["client_id"], client["client_secret"])),
    ):
        status, token, answer = await ask_for_token(admin, form, **headers)
        assert status == 200, token
        assert token["token_type"] == "Bearer"
        assert token["expires_in"] == 600
        assert token["scope"] == "analytics:read users:read"
        assert answer["Cache-Control"] == "no-store"
        program = replace(admin, token=token["access_token"])
        assert (await program.get("/admin/users"))["items"]


async def test_fewer_scopes_than_the_client_has_can_be_asked_for_and_not_more(admin: Door) -> None:
    client = await made(admin)
    narrow = await entered(admin, client, scope="users:read")
    assert (await narrow.get("/admin/users"))["items"]
    assert await narrow.refused("/admin/analytics/overview", method="GET") == "insufficient-scope"
    status, error, _ = await ask_for_token(admin, credentials(client, scope="users:read audit:read"))
    assert (status, error["error"]) == (400, "invalid_scope")


async def test_what_lacks_a_scope_is_told_which(admin: Door) -> None:
    program = await entered(admin, await made(admin, scopes=["users:read"]))
    headers = {"Authorization": f"Bearer {program.token}"}
    async with admin.client.get("/api/v1/transactions", headers=headers) as answer:
        assert answer.status == 403
        assert 'scope="transactions:read"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        ({"grant_type": None}, {}, 400, "invalid_request"),
        ({"grant_type": "password"}, {}, 400, "unsupported_grant_type"),
        ({"client_secret": "ftc_guessed"}, {}, 401, "invalid_client"),
        ({"client_id": "0190b5b0-0000-7000-8000-000000000000"}, {}, 401, "invalid_client"),
        ({"client_id": "acme"}, {}, 401, "invalid_client"),
        ({"client_id": None, "client_secret": None}, {}, 401, "invalid_client"),
        ({}, basic("acme", "ftc_guessed"), 400, "invalid_request"),
        ({"client_id": None, "client_secret": None}, {"Authorization": "Basic /w=="}, 401, "invalid_client"),
    ],
)
async def test_oauth_errors_are_those_of_the_rfc(
    admin: Door, form: dict[str, str | None], headers: dict[str, str], status: int, error: str
) -> None:
    given = {**credentials(await made(admin)), **form}
    sent = {name: value for name, value in given.items() if value is not None}
    got, body, answer = await ask_for_token(admin, sent, **headers)
    assert (got, body["error"]) == (status, error)
    assert body["error_description"]
    assert answer["Cache-Control"] == "no-store"
    assert answer.get("WWW-Authenticate") == ('Basic realm="FitTrack"' if status == 401 else None)


async def test_a_field_that_is_there_twice_is_refused_and_an_unknown_one_ignored(admin: Door) -> None:
    client = await made(admin)
    status, _, _ = await ask_for_token(admin, credentials(client, audience="somebody"))
    assert status == 200
    twice = [*credentials(client).items(), ("scope", "users:read"), ("scope", "users:read")]
    async with admin.client.post("/api/v1/oauth/token", data=twice) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")


async def test_while_a_secret_rotates_two_count(house: House, admin: Door) -> None:
    client = await made(admin)
    former = await entered(admin, client)
    path = f"{CLIENTS}/{client['client_id']}/secrets"
    rotated = await admin.granted(path, {"overlap_hours": 1})
    assert [secret["expires_at"] is None for secret in rotated["client"]["secrets"]] == [True, False]
    new = {**client, "client_secret": rotated["client_secret"]}
    for each in (client, new):
        assert (await ask_for_token(admin, credentials(each)))[0] == 200
    assert await admin.refused(path, {}) == "too-many-secrets"
    await house.leap(hours=1)
    fresh = await a_fresh_admin(house, admin)
    assert (await ask_for_token(fresh, credentials(client)))[1]["error"] == "invalid_client"
    assert (await ask_for_token(fresh, credentials(new)))[0] == 200
    assert await former.refused("/admin/users", method="GET") == "unauthenticated"
    assert (await fresh.call("POST", path, {}))[0] == 201


async def a_fresh_admin(house: House, admin: Door) -> Door:
    """The admin's session outlives its token."""
    issued = house.node.identity.tokens.issue(admin.user_id, await session_of(house, admin))
    return replace(admin, token=issued.token)


async def session_of(house: House, admin: Door) -> Any:
    import jwt  # the token ended, so only its claims are of use

    return UUID(jwt.decode(admin.token, options={"verify_signature": False})["sid"])


async def test_a_revoked_secret_takes_its_tokens_with_it(admin: Door) -> None:
    client = await made(admin)
    program = await entered(admin, client)
    await program.get("/admin/users")
    [secret] = client["secrets"]
    path = f"{CLIENTS}/{client['client_id']}/secrets/{secret['secret_id']}"
    await admin.granted(path, method="DELETE")
    assert await program.refused("/admin/users", method="GET") == "unauthenticated"
    assert (await ask_for_token(admin, credentials(client)))[0] == 401
    assert await admin.refused(path, method="DELETE") == "not-found"


async def test_disabling_and_taking_a_scope_away_are_felt_at_once(admin: Door) -> None:
    client = await made(admin)
    program, path = await entered(admin, client), f"{CLIENTS}/{client['client_id']}"
    await program.get("/admin/users")
    await admin.granted(path, {"scopes": ["audit:read"]}, method="PATCH")
    assert await program.refused("/admin/users", method="GET") == "insufficient-scope"
    await admin.granted(path, {"active": False, "scopes": ["users:read"]}, method="PATCH")
    assert await program.refused("/admin/users", method="GET") == "unauthenticated"
    await admin.granted(path, {"active": True}, method="PATCH")
    await program.get("/admin/users")
    await admin.granted(path, method="DELETE")
    assert await program.refused("/admin/users", method="GET") == "unauthenticated"
    assert await admin.refused(path, method="GET") == "not-found"
    assert await admin.refused(CLIENTS, ACME) == "client-name-taken"


async def test_another_node_feels_it_within_a_second(house: House, admin: Door) -> None:
    client = await made(admin)
    program = await entered(admin, client)
    await program.get("/admin/users")
    known = house.node.identity.clients.known
    forget, known.forget = known.forget, lambda client_id: None  # type: ignore[method-assign]
    await admin.granted(f"{CLIENTS}/{client['client_id']}", {"active": False}, method="PATCH")
    known.forget = forget  # type: ignore[method-assign]
    await house.pass_time(seconds=1)
    assert await program.refused("/admin/users", method="GET") == "unauthenticated"
    assert await known.standing(ClientId(UUID(client["client_id"]))) is None


async def test_a_token_counts_for_ten_minutes(house: House, admin: Door) -> None:
    program = await entered(admin, await made(admin))
    await house.leap(minutes=9, seconds=59)
    await program.get("/admin/users")
    await house.leap(seconds=1)
    assert await program.refused("/admin/users", method="GET") == "unauthenticated"


async def test_a_program_is_nobodys_account(house: House, admin: Door) -> None:
    program = await entered(admin, await made(admin))
    for method, path in (("GET", "/users/me"), ("GET", "/points/balance"), ("POST", "/auth/logout-all")):
        assert await program.refused(path, method=method) == "forbidden"
    assert await program.refused(CLIENTS, ACME) == "forbidden"
    drawing_id = await house.drawing()
    assert (await program.get(f"/drawings/{drawing_id}"))["status"] == "open"
    draft = await house.draft()
    assert await program.refused(f"/drawings/{draft}", method="GET") == "not-found"


async def test_what_a_program_does_is_recorded_under_its_id(house: House, admin: Door) -> None:
    client = await made(admin, scopes=["free-entries:write", "sponsors:write"])
    program = await entered(admin, client)
    player = await house.player()
    drawing_id = await house.drawing()
    entry = {"user_id": str(player), "evidence": "Postmark 77"}
    key = {"Idempotency-Key": "letter-77"}
    first = await program.post(f"/drawings/{drawing_id}/free-entries", entry, **key)
    assert first[0] == 201, first
    assert await program.post(f"/drawings/{drawing_id}/free-entries", entry, **key) == first
    await program.granted("/sponsors", {"name": "Bolt"})
    records = (await admin.get("/admin/audit?limit=50"))["items"]
    done = {record["action"] for record in records if record["actor_id"] == client["client_id"]}
    assert done == {"free-entry.record", "sponsor.create"}
    about = [record["action"] for record in records if record["subject_id"] == client["client_id"]]
    assert about == ["client.create"]


async def test_changes_are_recorded_and_guarded(admin: Door) -> None:
    client = await made(admin)
    path = f"{CLIENTS}/{client['client_id']}"
    headers = {"Authorization": f"Bearer {admin.token}"}
    async with admin.client.get(f"/api/v1{path}", headers=headers) as answer:
        tag = answer.headers["ETag"]
    assert (await admin.call("PATCH", path, {"name": "Acme"}, **{"If-Match": tag}))[0] == 200
    assert (await admin.call("PATCH", path, {"name": "Bolt"}, **{"If-Match": tag}))[0] == 412
    assert (await admin.call("DELETE", path, **{"If-Match": tag}))[0] == 412
    await admin.granted(f"{path}/secrets", {})
    records = (await admin.get(f"/admin/audit?subject_id={client['client_id']}"))["items"]
    assert [record["action"] for record in records] == ["client.add-secret", "client.edit", "client.create"]
    assert records[1]["after"] == {"name": "Acme"}


async def test_each_client_has_a_rate_of_its_own_and_figures(house: House, admin: Door) -> None:
    client = await made(admin, requests_per_minute=3)
    program = await entered(admin, client)
    statuses = [(await program.call("GET", path))[0] for path in ("/users", "/transactions", "/nothing")]
    assert statuses == [200, 403, 404]
    assert await program.refused("/users", method="GET") == "rate-limited"
    usage = await admin.get(f"{CLIENTS}/{client['client_id']}/usage?days=1")
    today = house.node.calendar.day_of(house.clock.now()).isoformat()
    assert usage["requests"] == 4
    assert {(line["day"], line["route"], line["status"], line["requests"]) for line in usage["items"]} == {
        (today, "/api/v1/users", 200, 1),
        (today, "/api/v1/users", 429, 1),
        (today, "/api/v1/transactions", 403, 1),
        (today, "*", 404, 1),
    }
    await house.leap(seconds=60)
    await program.get("/users")
    usage = await admin.get(f"{CLIENTS}/{client['client_id']}/usage")
    assert usage["requests"] == 5
