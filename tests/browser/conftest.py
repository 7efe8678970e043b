"""What tests in a browser share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests import databases
from tests.browser.chromium import find_chromium
from tests.server import Server, serving
from tests.world import migrated, settings_for


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium, without a window."""
    async with async_playwright() as playwright:
        # Without the sandbox, which containers do not allow; the pages are our own.
        chromium = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database at the newest schema, and nobody in it."""
    folder = tmp_path_factory.mktemp("new-database")
    migrated(settings_for(folder))
    return folder


@pytest.fixture
async def server(new_database: Path, tmp_path: Path) -> AsyncIterator[Server]:
    """A server on a new database."""
    databases.copy(new_database, tmp_path)
    async with serving(tmp_path) as server:
        yield server
