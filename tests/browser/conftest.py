"""What tests in a browser share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

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


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server on a new database."""
    migrated(settings_for(tmp_path))
    async with serving(tmp_path) as server:
        yield server
