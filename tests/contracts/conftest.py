"""A town that the tests of one module share."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.contracts.town import Town, running_town


@pytest.fixture(scope="module")
def town_and_runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, asyncio.Runner]]:
    with running_town(tmp_path_factory.mktemp("town")) as running:
        yield running
