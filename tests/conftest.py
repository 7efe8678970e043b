"""What holds for every test."""

from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

LONG: Final = ("simulation", "chaos", "cluster", "browser", "docs", "benchmarks", "contracts", "e2e")
"""Folders of long tests: they begin first, so that no process is left with one when all others are done."""

pytest_plugins = ["tests.every_statement"]

# Without a deadline: on a busy machine it would measure the neighbours.
settings.register_profile("fittrack", deadline=None)
settings.load_profile("fittrack")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long ones begin first; all others stay in their order."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(here).parts[0] not in LONG)
