"""What holds for every test."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from tests import databases
from tests.stage import SOAK

LONG: Final = ("simulation", "chaos", "cluster", "browser", "docs", "benchmarks", "contracts", "e2e")
"""Folders of long tests: they begin first, so that no process is left with one when all others are done."""

YOUNG_OBJECTS_MAX: Final = 20_000
"""Objects made beyond those freed at which the collector looks at them. A process that tests holds millions,
of all modules and tests: with the default of 700 a fourth of the time went into looking through them."""

pytest_plugins = ["tests.every_statement"]

gc.disable()  # until all is collected: what is imported stays

# Without a deadline: on a busy machine it would measure the neighbours. Whether a change may land is no
# matter of luck: it meets the same examples at each run. `make soak` looks for others.
settings.register_profile("landing", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, derandomize=False, max_examples=1_000, print_blob=True)
settings.load_profile("exploring" if SOAK else "landing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long ones begin first; all others stay in their order."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(here).parts[0] not in LONG)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """A test's databases can be lent to others once it is over."""
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    try:
        yield
    finally:
        if folder is not None:
            databases.give_back(folder)


def pytest_collection_finish() -> None:
    """From now on there may be garbage."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS_MAX, 10, 10)
    gc.enable()
