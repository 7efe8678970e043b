"""What tests in a browser share: one Chromium, and one server, where tests have people of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.chromium import find_chromium
from tests.server import Server, serving
from tests.world import migrated, settings_for

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all tests here: the browser and the server's pipes belong to it."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, without a window."""
    async with async_playwright() as playwright:
        # Without the sandbox, which containers do not allow; the pages are our own.
        chromium = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """The server of all tests here that leave it running, and do not mind other people there."""
    folder = tmp_path_factory.mktemp("server")
    migrated(settings_for(folder))
    async with serving(folder) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def own_server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server on a new database, for one test alone."""
    migrated(settings_for(tmp_path))
    async with serving(tmp_path) as server:
        yield server
