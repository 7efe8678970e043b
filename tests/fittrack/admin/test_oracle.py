"""Every statement of admins' work on accounts, and of second factors, can be written for Oracle."""

from fittrack.activities.commands import LogActivities
from fittrack.admin.schemas import Sort
from fittrack.mfa.admin import reset_mfa
from tests.actors.house import House, hard_day
from tests.door import Door, a_player, an_admin
from tests.oracle_sql import assert_fit_for_oracle, statements_of

EVERYTHING = "q=a&email=b&name=c&status=active&role=user&tier=F-30-39-ADV&under_review=false"
SUSPENDED = {"status": "suspended", "reason": "Looked at"}


async def test_every_statement_compiles_for_oracle(house: House, admin: Door) -> None:
    seen = statements_of(house.node.storage.read_engine, house.node.storage.write_engine)
    await admin.set_up()
    await admin.verify(admin.code(1))
    await admin.verify(admin.recovery_codes[0])
    player = await a_player(house, admin.client, display_name="Joe")
    await house.do(player.user_id, LogActivities([hard_day(house.clock, 1)]))
    at = f"/admin/users/{player.user_id}"
    await admin.granted(f"{at}/adjust-points", {"amount": 5, "reason": "A gift"})
    await admin.granted(f"{at}/role", {"role": "admin"}, method="PUT")
    await admin.granted(f"{at}/status", SUSPENDED, method="PUT")
    other = await an_admin(house, admin.client, "other")
    await admin.granted(f"/admin/users/{other.user_id}/role", {"role": "user"}, method="PUT")
    for sort in Sort:
        await admin.get(f"/admin/users?sort={sort}&{EVERYTHING}")
    page = await admin.get("/transactions?limit=1")
    for query in (f"cursor={page['pagination']['next_cursor']}", f"user_id={player.user_id}&type=earn"):
        await admin.get(f"/transactions?{query}")
    for path in (at, f"{at}/actions"):
        await admin.get(path)
    await house.node.actors.watch.poll()
    reset_mfa(
        house.node.storage.write_engine, house.node.identity.postbox, admin.email, now=house.clock.now()
    )
    assert len(seen) > 40
    assert_fit_for_oracle(seen)
