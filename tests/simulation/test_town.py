"""Days and weeks of a town, from a seed: whatever people do, at whatever time, the invariants hold.

`FITTRACK_SEED=n` lives through one town again.
"""

import os
import random
from pathlib import Path

import pytest

from tests.simulation.deeds import DEEDS
from tests.simulation.town import Town
from tests.stage import SOAK

PEOPLE = 12
DEEDS_DONE = 3_000 if SOAK else 400
SEEDS = range(100) if SOAK else range(4)
if "FITTRACK_SEED" in os.environ:
    SEEDS = range(int(os.environ["FITTRACK_SEED"]), int(os.environ["FITTRACK_SEED"]) + 1)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_town_lives_from_a_seed_and_its_books_stay_right(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    town = await Town.founded(tmp_path, rng, PEOPLE)
    try:
        for _ in range(DEEDS_DONE):
            (deed,) = rng.choices(list(DEEDS), weights=list(DEEDS.values()))
            await deed(town)
    except BaseException:
        await town.node.close()
        raise
    await town.close()
