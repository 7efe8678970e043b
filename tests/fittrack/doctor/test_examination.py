"""The doctor finds what is missing, and says what to do."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from fittrack.app import Node
from fittrack.config import AppEnv, Settings
from fittrack.db.engine import make_engine
from fittrack.doctor.diagnosis import Diagnosis
from fittrack.doctor.examination import examine
from fittrack.doctor.surroundings import DISK_FREE_MIN
from tests.issuers import APPLE_APP, GOOGLE_APP, an_issuer, known_to
from tests.redis_server import redis_server
from tests.world import migrated, no_fatal, open_drawing, settings_for

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OTHER_KEYS = "other:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return migrated(settings_for(tmp_path))


async def diagnosis_of(what: str, settings: Settings) -> Diagnosis:
    [found] = [finding for finding in await examine(settings) if finding.what == what]
    return found


async def test_a_migrated_database_with_a_mail_folder_is_well(settings: Settings) -> None:
    findings = await examine(settings)
    assert [finding.what for finding in findings] == [
        "database",
        "schema",
        "writing",
        "clock",
        "keys",
        "letters",
        "secrets",
        "free entries",
        "mail",
        "redis",
        "disk",
    ]
    assert all(finding.ok for finding in findings)


async def test_whoever_serves_the_public_says_where_cards_are_sent(settings: Settings) -> None:
    deployed = replace(settings, app_env=AppEnv.STAGING)
    found = await diagnosis_of("free entries", deployed)
    assert not found.ok
    assert settings.public_url in found.sentence
    assert "AMOE_ADDRESS" in found.remedy
    address = "PO Box 1, Austin, TX 78701"
    assert (await diagnosis_of("free entries", replace(deployed, free_entry_address=address))).ok


async def test_a_database_that_is_not_there_is_to_be_made(tmp_path: Path) -> None:
    found = await diagnosis_of("database", settings_for(tmp_path))
    assert not found.ok
    assert found.remedy == "Run `fittrack migrate`."
    assert not (tmp_path / "fittrack.db").exists(), "looking does not make it"


async def test_an_old_schema_is_to_be_migrated(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    engine = make_engine(settings.database)
    engine.connect().close()
    engine.dispose()
    found = await diagnosis_of("schema", settings)
    assert not found.ok
    assert "0001" in found.sentence


async def test_what_a_schema_lacks_is_told_though_it_says_that_it_is_the_newest(settings: Settings) -> None:
    assert (await diagnosis_of("schema", settings)).sentence == "The schema is the newest."
    engine = make_engine(settings.database)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE tracker_connections DROP COLUMN not_before")
        connection.exec_driver_sql("DROP INDEX ix_ledger_adjustments")
    engine.dispose()
    found = await diagnosis_of("schema", settings)
    assert found.sentence.endswith("there is no index ix_ledger_adjustments, tracker_connections.not_before.")
    assert "backup" in found.remedy


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "fittrack.db").write_bytes(b"not a database" * 100)
    found = await diagnosis_of("database", settings_for(tmp_path))
    assert not found.ok
    assert "file is not a database" in found.sentence


async def test_a_dropped_key_is_noticed_before_a_drawing_needs_it(settings: Settings) -> None:
    node = Node(settings, on_fatal=no_fatal)
    try:
        await open_drawing(node, name="Sealed")
    finally:
        await node.close()
    assert (await diagnosis_of("keys", settings)).ok
    found = await diagnosis_of("keys", replace(settings, token_keys=OTHER_KEYS))
    assert not found.ok
    assert "“dev” (2)" in found.sentence
    assert "former key" in found.remedy
    another = replace(settings, token_keys=OTHER_KEYS.replace("other", "dev"))
    assert "“Sealed”" in (await diagnosis_of("keys", another)).sentence


async def test_published_secrets_are_right_for_development_and_named(settings: Settings) -> None:
    found = await diagnosis_of("secrets", replace(settings, app_env=AppEnv.DEVELOPMENT))
    assert found.ok
    assert "SECRET_KEY and TOKEN_KEYS" in found.sentence
    own = replace(settings, secret_key="k" * 40, token_keys=OTHER_KEYS)
    assert "own" in (await diagnosis_of("secrets", own)).sentence


async def test_a_mail_folder_that_cannot_be_written_is_told(settings: Settings, tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.touch()
    found = await diagnosis_of("mail", replace(settings, mail_dir=occupied / "mail"))
    assert not found.ok
    assert "MAIL_DIR" in found.remedy


async def test_a_full_disk_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(DISK_FREE_MIN - 1))
    found = await diagnosis_of("disk", settings)
    assert not found.ok
    assert "at least 1 GiB" in found.remedy


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As much of an SMTP server as greeting takes."""
    writer.write(b"220 mail.test ESMTP\r\n")
    while line := await reader.readline():
        word = line.split()[0].upper()
        writer.write({b"EHLO": b"250 mail.test\r\n", b"QUIT": b"221 bye\r\n"}.get(word, b"250 OK\r\n"))
        await writer.drain()
        if word == b"QUIT":
            break
    writer.close()


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that speaks to nobody today."""
    writer.write(b"421 closed for repairs\r\n")
    await writer.drain()
    writer.close()


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[str]:
    """The `SMTP_URL` of a server that treats everybody so."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_mail_server_that_answers_is_well(settings: Settings) -> None:
    async with listening(greet) as url:
        assert (await diagnosis_of("mail", replace(settings, smtp_url=url))).ok


async def test_a_mail_server_that_refuses_is_told(settings: Settings) -> None:
    async with listening(refuse) as url:
        found = await diagnosis_of("mail", replace(settings, smtp_url=url))
    assert not found.ok
    assert "SMTP_URL" in found.remedy


async def test_a_mail_server_that_is_not_there_is_told(settings: Settings) -> None:
    async with listening(refuse) as url:
        pass
    assert not (await diagnosis_of("mail", replace(settings, smtp_url=url))).ok


async def test_redis_is_asked_when_there_is_to_be_one(settings: Settings, tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        named = replace(settings, redis_url=f"redis://ada:hunter2@127.0.0.1:{redis.port}/0")
        refused = await diagnosis_of("redis", named)
        found = await diagnosis_of("redis", replace(settings, redis_url=redis.url))
        called = await diagnosis_of("redis", replace(settings, redis_url=redis.url, cluster_name="fit"))
        redis.kill()
        gone = await diagnosis_of("redis", replace(settings, redis_url=redis.url))
    assert found.ok
    assert "carries" in found.sentence
    assert f"{settings.namespace}, after SECRET_KEY" in found.sentence
    assert "fittrack:fit, as CLUSTER_NAME says" in called.sentence
    assert not refused.ok
    assert "refuses the user or the password" in refused.sentence
    assert "hunter2" not in refused.sentence
    assert not gone.ok
    assert f"127.0.0.1:{redis.port} cannot be used: nobody listens there" in gone.sentence


async def test_a_redis_of_another_kind_than_the_url_says_is_told(settings: Settings, tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        place = f"127.0.0.1:{redis.port}"
        no_cluster = await diagnosis_of("redis", replace(settings, redis_url=f"redis+cluster://{place}"))
        no_sentinel = await diagnosis_of("redis", replace(settings, redis_url=f"redis+sentinel://{place}/x"))
    assert "no Redis Cluster" in no_cluster.sentence
    assert "it is no Sentinel" in no_sentinel.sentence


async def test_a_user_who_may_not_listen_is_told(settings: Settings, tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        redis.call("ACL", "SETUSER", "ada", "on", ">pw", "~*", "resetchannels", "+@all")
        named = replace(settings, redis_url=f"redis://ada:pw@127.0.0.1:{redis.port}")
        found = await diagnosis_of("redis", named)
    assert not found.ok
    assert "nobody can listen" in found.sentence
    assert "&fittrack:*" in found.remedy


async def test_an_issuer_that_gives_its_keys_is_well(tmp_path: Path) -> None:
    async with an_issuer(GOOGLE_APP) as google:
        settings = migrated(settings_for(tmp_path, **known_to(google=google)))
        found = await diagnosis_of("google", settings)
    assert found.ok
    assert google.jwks_url in found.sentence


async def test_an_issuer_that_gives_none_is_told(tmp_path: Path) -> None:
    async with an_issuer(APPLE_APP) as apple:
        apple.status = 404
        settings = migrated(settings_for(tmp_path, **known_to(apple=apple)))
        found = await diagnosis_of("apple", settings)
    assert not found.ok
    assert "APPLE_JWKS_URL" in found.remedy
