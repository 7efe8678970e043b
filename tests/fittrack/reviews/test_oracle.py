"""Every statement of the review queue, and of what fills it, can be written for Oracle."""

from tests.actors.house import House
from tests.door import Door
from tests.fittrack.reviews.gaming import a_gamer, typed_in
from tests.oracle_sql import assert_fit_for_oracle, statements_of

EVERYTHING = "status=open&reason=manual-points&sort=-opened_at"


async def test_every_statement_compiles_for_oracle(house: House, admin: Door) -> None:
    seen = statements_of(house.node.storage.read_engine, house.node.storage.write_engine)
    first, second = await a_gamer(house, admin.client), await a_gamer(house, admin.client, "ann")
    for player in (first, second):
        await player.granted("/activities", typed_in(house, 10, external_id="x", device_id="phone"))
    await house.player("eve")
    for _ in range(2):
        await house.node.jobs.keep_norms()
    assert await house.node.jobs.review_shared_devices() == 2
    review = (await first.get("/users/me/reviews?status=open"))["items"][-1]
    await first.granted(f"/users/me/reviews/{review['review_id']}/appeal", {"statement": "It was me"})
    for appealed in ("true", "false"):
        await admin.get(f"/admin/reviews?appealed={appealed}&user_id={first.user_id}&{EVERYTHING}")
    for row in (await admin.get("/admin/reviews"))["items"]:
        await admin.get(f"/admin/reviews/{row['review_id']}")
        decision = {"resolution": "cleared", "note": "A fine walk"}
        await admin.granted(f"/admin/reviews/{row['review_id']}/resolve", decision)
    await house.node.jobs.keep_house()
    assert len(seen) > 40
    assert_fit_for_oracle(seen)
