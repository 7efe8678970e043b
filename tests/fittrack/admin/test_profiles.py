"""Admins change profiles of players, and that is on record."""

from tests.actors.house import House
from tests.door import Door, a_player
from tests.fittrack.admin.records import actions_on

CHANGED = {"display_name": "  Joe   Two ", "biological_sex": "male", "fitness_level": "advanced"}


async def test_a_profile_that_an_admin_changes_is_on_record_as_it_was_and_became(
    house: House, admin: Door
) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    was = await player.get("/users/me/profile")
    await admin.granted(f"/profiles/{player.user_id}", CHANGED, method="PUT")
    now = await player.get("/users/me/profile")
    (record,) = await actions_on(admin, player)
    assert (record["action"], record["actor_email"]) == ("user.profile", admin.email)
    assert record["address"] == "127.0.0.1"
    assert record["before"]["display_name"] == "Joe"
    assert record["after"]["display_name"] == now["display_name"] == "Joe Two"
    changed = {name for name in now if now[name] != was[name]}
    assert record["before"].keys() == record["after"].keys()
    assert record["after"].keys() == changed - {"tier_code", "tier_name", "updated_at"}


async def test_a_profile_that_an_admin_completes_was_none_before(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, display_name=None)
    await admin.granted(f"/profiles/{player.user_id}", CHANGED, method="PUT")
    (record,) = await actions_on(admin, player)
    assert record["before"] is None
    assert record["after"]["display_name"] == "Joe Two"


async def test_what_players_tell_about_themselves_is_not_on_record(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client, display_name="Joe")
    await player.granted("/users/me/profile", CHANGED, method="PUT")
    assert await actions_on(admin, player) == []
