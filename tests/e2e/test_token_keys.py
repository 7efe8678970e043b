"""Keys of access tokens as operators see them: published, replaced by configuration, never known ones."""

from pathlib import Path
from typing import Any

import aiohttp
import jwt

from fittrack.app import AUDIENCE
from fittrack.config.published import DEVELOPMENT_SECRET
from tests.commands import fittrack
from tests.fittrack.server.keys import rsa_pem
from tests.players import Rest
from tests.server import Server, serving
from tests.stage import Stage
from tests.world import ADMIN_PASSWORD


async def jwks(server: Server) -> list[dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/.well-known/jwks.json") as response,
    ):
        assert response.status == 200
        published: dict[str, list[dict[str, Any]]] = await response.json()
        return published["keys"]


async def sign_in(rest: Rest) -> dict[str, str]:
    return await rest.post("/auth/login", {"email": "admin@test.example", "password": ADMIN_PASSWORD})


async def is_good(rest: Rest, session: dict[str, str]) -> bool:
    return (await rest.call("GET", "/auth/me", token=session["access_token"]))[0] == 200


async def test_keys_are_replaced_by_configuration_and_nobody_notices(stage: Stage) -> None:
    (old, old_public), (new, _) = rsa_pem(), rsa_pem()
    keys = {"JWT_ALGORITHM": "RS256", "JWT_PRIVATE_KEY": old}
    async with serving(stage.folder, **keys) as server, Rest(server) as rest:
        before = await sign_in(rest)
        [published] = await jwks(server)
        assert published["alg"] == "RS256"
        assert not published.keys() & {"d", "p", "q", "dp", "dq", "qi"}
        claims = jwt.decode(  # as anybody can who knows the published key
            before["access_token"],
            jwt.PyJWK(published),
            ["RS256"],
            audience=AUDIENCE,
            issuer="http://127.0.0.1:8000",
        )
        assert claims["sub"]
        assert jwt.get_unverified_header(before["access_token"])["kid"] == published["kid"]

        await server.kill()
        server.environ |= {"JWT_PRIVATE_KEY": new, "JWT_PUBLIC_KEY": old_public}
        await server.start()
        assert await is_good(rest, before)
        after = await sign_in(rest)
        assert await is_good(rest, after)
        kids = {key["kid"] for key in await jwks(server)}
        used = {jwt.get_unverified_header(session["access_token"])["kid"] for session in (before, after)}
        assert kids == used
        assert len(used) == 2

        await server.kill()
        server.environ |= {"JWT_PUBLIC_KEY": ""}
        await server.start()
        assert not await is_good(rest, before)
        assert await is_good(rest, after)
        refreshed = await rest.post("/auth/refresh", {"refresh_token": before["refresh_token"]})
        assert await is_good(rest, refreshed)


async def test_a_secret_is_not_published(stage: Stage) -> None:
    async with (
        serving(stage.folder) as server,
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/.well-known/jwks.json") as response,
    ):
        assert response.status == 404


async def test_production_does_not_start_with_secrets_that_are_missing_or_known(tmp_path: Path) -> None:
    production = Server(tmp_path, APP_ENV="production", SECRET_KEY=DEVELOPMENT_SECRET)
    code, output = await fittrack(production, "serve", "--port", "0")
    printed = " ".join(output.split())
    assert code != 0
    for sentence in (
        "SECRET_KEY is a default that everybody knows",
        "TOKEN_KEYS is missing",
        "JWT_PRIVATE_KEY is missing",
    ):
        assert sentence in printed
    assert "Traceback" not in printed
