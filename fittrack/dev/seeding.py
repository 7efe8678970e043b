"""Making the demo world beside a running node: in a database of its own, by a process of its own.

Its weeks are lived through on a clock of their own. A node that shared the database meanwhile would find
drawings weeks overdue, and draw them: so it gets the world whole, when it is made, or not at all.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

from fittrack.config import Settings
from fittrack.db import migrate
from fittrack.db.engine import DatabaseSettings, make_engine

_WORDS_MAX: Final = 500
"""Characters of what a process said that failed: its last sentences."""


class NotMade(Exception):  # noqa: N818 - it is a fact about the process
    """The process failed; the text is what it said."""


async def make_world(settings: Settings, folder: Path) -> DatabaseSettings:
    """A new database in `folder`, with the demo world in it. Raises `NotMade`.

    The process is ended when the caller is cancelled.
    """
    database = DatabaseSettings(url=f"sqlite:///{folder}/demo.db")
    await asyncio.to_thread(upgrade, database)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "fittrack", "seed"),
        env={**os.environ, **_environment(settings, database, folder)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotMade(said.decode(errors="replace").strip()[-_WORDS_MAX:])
    return database


def upgrade(database: DatabaseSettings) -> list[str]:
    """Bring a database to the newest schema; returns the revisions that it lacked. Blocks."""
    engine = make_engine(database)
    try:
        return migrate.upgrade(engine)
    finally:
        engine.dispose()


def _environment(settings: Settings, database: DatabaseSettings, folder: Path) -> dict[str, str]:
    return {
        "APP_ENV": settings.app_env,
        "DATABASE_URL": database.url,
        "ORACLE_DSN": "",
        "REDIS_URL": "",
        "MAIL_DIR": str(folder / "mail"),
        "TOKEN_KEYS": settings.token_keys,
        "PLATFORM_TZ": str(settings.platform_tz),
        "LOG_LEVEL": "ERROR",
    }
