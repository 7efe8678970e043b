"""Whoever loads an actor anew does not take what it finds for all there is while something may still come."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from actors.trust import LATE_S
from fittrack.db.journal.store import Store
from fittrack.kit.problems import OutcomeUnknown
from tests.actors.house import a_house
from tests.fittrack.db.faults import SlowlyCommitting, slowly_committing_store


@pytest.mark.parametrize("later_s", [1.0, LATE_S - 0.5], ids=["soon", "late"])
async def test_a_purchase_of_unknown_outcome_shows_as_soon_as_it_is_stored(
    tmp_path: Path, later_s: float
) -> None:
    stores: list[SlowlyCommitting] = []

    def slow(engine: Engine) -> Store:
        store = slowly_committing_store(engine)
        store.loses_next = False
        stores.append(store)
        return store

    async with a_house(tmp_path, store=slow) as house:
        joe, drawing_id = await house.player(), await house.drawing()
        (store,) = stores
        store.loses_next = True
        with pytest.raises(OutcomeUnknown):
            await house.buy(joe, drawing_id, 2)
        assert (await house.standing(joe)).balance == 1_000, "nobody knows yet"
        assert (await house.view(drawing_id)).total_tickets == 0

        await house.clock.advance(later_s)
        store.finish(commit=True)
        assert (await house.standing(joe)).balance == 980
        assert (await house.view(drawing_id)).total_tickets == 2
