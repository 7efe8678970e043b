"""Deleting an account: it ends at once, what is personal is erased, what must be verifiable stays."""

from datetime import timedelta
from pathlib import Path

import pytest

from actors import user_privacy
from fittrack.accounts.admin import create_admin
from fittrack.audit.queries import Sought
from fittrack.audit.queries import page as audit_page
from fittrack.db.engine import make_engine
from fittrack.drawings.commands import CancelDrawing
from fittrack.pubsub.messages import REVOCATIONS, Message
from fittrack.server.asking import USER
from tests.actors.beacon_house import proof_of
from tests.fittrack.privacy.conftest import ACTIVITY, Lived, Past, going_on, work_out
from tests.fittrack.privacy.planting import found_in
from tests.rest_house import PASSWORD, Person, RestHouse

KEPT = {
    "users.email",  # for 30 days
    "free_entries.evidence_key",  # one piece of evidence makes one entry, for ever
}
"""What the law of the house keeps of the planted values."""


async def delete(house: RestHouse, joe: Person, password: str | None = PASSWORD) -> tuple[int, object]:
    return await house.call("DELETE", "/users/me", {"password": password}, token=joe.token)


async def erased(house: RestHouse) -> None:
    """Everything that deletions owe is done."""
    await house.inner.node.jobs.apply_effects()
    await house.inner.quiet()


def left(lived: Lived) -> set[str]:
    return set().union(*found_in(lived.engine, lived.planted).values())


async def test_of_what_was_planted_nothing_is_left_but_what_must_stay(lived: Lived) -> None:
    assert left(lived) > KEPT
    assert (await delete(lived.house, lived.joe))[0] == 204
    await erased(lived.house)
    assert left(lived) == KEPT


async def test_the_account_ends_with_the_first_commit(lived: Lived) -> None:
    house, joe = lived.house, lived.joe
    revoked: list[Message] = []
    house.inner.node.broker.subscribe(REVOCATIONS, revoked.append)
    assert (await delete(house, joe))[0] == 204
    assert revoked, "open connections are closed"
    for path in ("/users/me", "/users/me/export", "/points/balance"):
        assert (await house.call("GET", path, token=joe.token))[0] == 401
    form = {"email": joe.email, "password": PASSWORD}
    assert (await house.call("POST", "/auth/login", form))[1]["code"] == "invalid-credentials"
    assert (await house.call("POST", "/auth/forgot-password", {"email": joe.email}))[0] == 202
    eve = await house.person("eve")
    assert (await house.call("GET", f"/users/{joe.user_id}/public", token=eve.token))[0] == 404


async def test_it_asks_for_the_password(lived: Lived) -> None:
    for password in ("Wrong-Horse-7-Battery", None):
        status, body = await delete(lived.house, lived.joe, password)
        assert status == 422
        assert body["errors"][0]["pointer"] == "/password"  # type: ignore[index]
    assert (await lived.house.get("/users/me", lived.joe.token))["status"] == "active"


async def test_who_has_no_password_must_have_signed_in_just_now(house: RestHouse) -> None:
    joe = await house.person("joe")
    node = house.inner.node
    engine = make_engine(node.settings.database)
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE users SET password_hash = NULL")
    engine.dispose()
    await house.inner.pass_time(minutes=10)
    status, body = await delete(house, joe, None)
    assert (status, body["code"]) == (403, "fresh-sign-in-required")  # type: ignore[index]


async def test_who_has_no_password_and_signed_in_just_now_may(house: RestHouse) -> None:
    joe = await house.person("joe")
    engine = make_engine(house.inner.node.settings.database)
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE users SET password_hash = NULL")
    engine.dispose()
    assert (await delete(house, joe, None))[0] == 204


async def test_the_last_letter_arrives_and_no_other_one(lived: Lived) -> None:
    house = lived.house
    before = len(await house.letters())
    await delete(house, lived.joe)
    await erased(house)
    letters = (await house.letters())[before:]
    assert [(letter["To"], letter["Subject"]) for letter in letters] == [
        (lived.joe.email, "Your account is deleted")
    ]


async def test_the_winner_becomes_a_former_player_and_the_draw_still_verifies(lived: Lived) -> None:
    house, eve = lived.house, await lived.house.person("eve")
    before = await proof_of(house.inner, lived.drawing_id)
    await delete(house, lived.joe)
    await erased(house)
    results = await house.get(f"/drawings/{lived.drawing_id}/results", eve.token)
    assert [winner["display_name"] for winner in results["winners"]] == ["A former player"]
    assert await proof_of(house.inner, lived.drawing_id) == before


async def test_tickets_in_an_open_drawing_count_but_cannot_win(lived: Lived) -> None:
    house, inner = lived.house, lived.house.inner
    drawing_id = await inner.drawing()
    bought = await house.call(
        "POST", f"/drawings/{drawing_id}/tickets", {"quantity": 3}, token=lived.joe.token
    )
    assert bought[0] == 201
    await delete(house, lived.joe)
    await erased(house)
    await inner.pass_time(hours=1)
    await inner.pass_time(minutes=5)
    record = (await proof_of(inner, drawing_id)).decode()
    assert '"reason":"deleted"' in record.replace(" ", "")
    assert '"total_tickets":3' in record.replace(" ", "")
    eve = await house.person("eve")
    assert (await house.get(f"/drawings/{drawing_id}/results", eve.token))["winners"] == []


async def test_a_refund_is_booked_for_who_left_and_nobody_is_told(lived: Lived) -> None:
    house, inner = lived.house, lived.house.inner
    drawing_id = await inner.drawing()
    await house.call("POST", f"/drawings/{drawing_id}/tickets", {"quantity": 3}, token=lived.joe.token)
    await delete(house, lived.joe)
    await inner.run(drawing_id, CancelDrawing("rain"))
    await erased(house)
    with lived.engine.connect() as conn:
        told = conn.exec_driver_sql(
            "SELECT count(*) FROM inbox WHERE user_id = ?", (lived.joe.user_id.bytes,)
        )
        assert told.scalar_one() == 0


async def test_a_prize_that_is_not_under_way_is_forfeited(house: RestHouse) -> None:
    inner = house.inner
    joe = await house.person("joe")
    await work_out(house, joe)
    drawing_id = await inner.drawing()
    await house.call("POST", f"/drawings/{drawing_id}/tickets", {"quantity": 1}, token=joe.token)
    await inner.pass_time(hours=1)
    joe = Person(joe.user_id, joe.email, await house.sign_in("joe"))
    await delete(house, joe)  # after the close: in the draw, and drawn
    await inner.pass_time(minutes=5)
    await erased(house)
    engine = make_engine(inner.node.settings.database)
    with engine.connect() as conn:
        assert conn.exec_driver_sql("SELECT status FROM fulfillments").scalars().all() == ["forfeited"]
        steps = conn.exec_driver_sql("SELECT from_status, to_status FROM fulfillment_transitions").all()
        assert [tuple(step) for step in steps] == [("pending", "forfeited")]
    engine.dispose()


async def test_the_address_can_be_registered_again_and_finds_nothing_of_before(lived: Lived) -> None:
    house = lived.house
    await delete(house, lived.joe)
    joe = await house.person("joe")
    assert joe.user_id != lived.joe.user_id
    document = await house.get("/users/me/export", joe.token)
    assert document["ledger"] == document["activities"] == document["notifications"] == []


@pytest.mark.parametrize("turns", [0, 1, 3])
async def test_an_erasure_that_a_crash_interrupts_is_ended_after_it(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    monkeypatch.setattr(user_privacy, "ERASING_UNITS_PER_TURN", 1)
    past.copy_to(tmp_path)
    async with going_on(past, tmp_path) as lived:
        await delete(lived.house, lived.joe)
        for _ in range(turns):
            await lived.house.inner.node.jobs.apply_effects()
        assert left(lived) > KEPT
    async with going_on(past, tmp_path, after=timedelta(minutes=1)) as lived:
        for _ in range(20):
            await erased(lived.house)
        assert left(lived) == KEPT


async def test_the_last_administrator_stays(house: RestHouse) -> None:
    first = await an_admin(house, "first")
    status, body = await delete(house, first)
    assert (status, body["code"]) == (409, "last-admin")  # type: ignore[index]
    await an_admin(house, "second")
    assert (await delete(house, first))[0] == 204


async def an_admin(house: RestHouse, name: str) -> Person:
    node = house.inner.node
    engine = make_engine(node.settings.database)
    user_id = await create_admin(engine, f"{name}@test.example", PASSWORD, now=house.inner.clock.now())
    engine.dispose()
    return Person(user_id, f"{name}@test.example", await house.sign_in(name))


async def test_who_left_leaves_memory(lived: Lived) -> None:
    await delete(lived.house, lived.joe)
    await erased(lived.house)
    population = lived.house.inner.node.registry._populations[USER]
    assert lived.joe.user_id not in population.cells


async def test_it_is_recorded(lived: Lived) -> None:
    await delete(lived.house, lived.joe)
    await erased(lived.house)
    found, _ = await lived.house.inner.node.reads.run(
        audit_page, Sought(action="user.delete"), after=None, offset=0, limit=10
    )
    assert [record.subject_id for record in found] == [str(lived.joe.user_id)]
    assert ACTIVITY not in str(found)
