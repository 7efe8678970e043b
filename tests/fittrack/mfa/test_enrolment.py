"""Setting up a second factor, replacing it, losing it."""

import pytest
from sqlalchemy import select

from fittrack.db.tables.sessions import mfa_recovery_codes, mfa_secrets
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.sealing import SealBroken
from fittrack.mfa import secret
from tests.actors.house import House
from tests.admins import Authenticator
from tests.door import Door, a_player, an_admin, opened
from tests.world import ADMIN_PASSWORD

PASSWORD = {"password": ADMIN_PASSWORD}


async def test_the_first_enrolment_needs_the_password(admin: Door) -> None:
    status, problem = await admin.post("/auth/mfa/enroll", {})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/password")
    status, problem = await admin.post("/auth/mfa/enroll", {"password": "Wrong-Horse-7-Battery"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/password")
    status, enrolled = await admin.post("/auth/mfa/enroll", PASSWORD)
    assert status == 200
    assert enrolled["secret"] in enrolled["otpauth_uri"]


async def test_guessing_the_password_of_an_open_session_is_in_vain(admin: Door) -> None:
    guesses = [await admin.refused("/auth/mfa/enroll", {"password": f"Guess-{n}-xx"}) for n in range(6)]
    assert guesses == ["validation"] * 5 + ["login-locked"]
    assert await admin.refused("/auth/mfa/enroll", PASSWORD) == "login-locked"


async def test_a_secret_is_in_force_only_once_its_first_code_was_given(admin: Door) -> None:
    enrolled = await admin.granted("/auth/mfa/enroll", PASSWORD)
    app = Authenticator(enrolled["secret"])
    assert (
        await admin.refused("/auth/mfa/verify", {"code": app.code(admin.clock.now())}) == "mfa-not-enrolled"
    )
    assert await admin.refused("/auth/mfa/confirm", {"code": "000000"}) == "wrong-code"
    assert not await admin.may_step_up()
    confirmed = await admin.granted("/auth/mfa/confirm", {"code": app.code(admin.clock.now())})
    assert len(confirmed["recovery_codes"]) == 10
    assert await admin.may_step_up(), "it counts as a check"


async def test_a_secret_does_not_wait_for_ever(admin: Door) -> None:
    enrolled = await admin.granted("/auth/mfa/enroll", PASSWORD)
    await admin.clock.advance(15 * 60)
    code = Authenticator(enrolled["secret"]).code(admin.clock.now())
    assert await admin.refused("/auth/mfa/confirm", {"code": code}) == "mfa-not-enrolled"


async def test_of_two_enrolments_the_later_one_is_confirmed(admin: Door) -> None:
    first = Authenticator((await admin.granted("/auth/mfa/enroll", PASSWORD))["secret"])
    await admin.clock.advance(1)
    second = Authenticator((await admin.granted("/auth/mfa/enroll", PASSWORD))["secret"])
    now = admin.clock.now()
    assert await admin.refused("/auth/mfa/confirm", {"code": first.code(now)}) == "wrong-code"
    await admin.granted("/auth/mfa/confirm", {"code": second.code(now)})
    assert await admin.refused("/auth/mfa/confirm", {"code": second.code(now)}) == "mfa-not-enrolled"


async def test_another_enrolment_needs_a_fresh_check_and_no_password_replaces_it(checked: Door) -> None:
    await checked.clock.advance(10 * 60)
    assert await checked.refused("/auth/mfa/enroll", PASSWORD) == "mfa-required"
    assert await checked.refused("/auth/mfa/enroll", {}) == "mfa-required"
    assert await checked.verify(checked.code()) == "checked"
    await checked.granted("/auth/mfa/enroll", {})


async def test_a_new_enrolment_replaces_secret_and_recovery_codes(checked: Door) -> None:
    former, former_codes = checked.app, checked.recovery_codes
    enrolled = await checked.granted("/auth/mfa/enroll", {})
    checked.app = Authenticator(enrolled["secret"])
    await checked.clock.advance(60)
    assert await checked.verify(former.code(checked.clock.now())) == "checked", "in force until the other is"
    confirmed = await checked.granted("/auth/mfa/confirm", {"code": checked.code()})
    assert await checked.verify(former.code(checked.clock.now(), steps=1)) == "wrong-code"
    assert await checked.verify(former_codes[0]) == "wrong-code"
    assert await checked.verify(checked.code(1)) == "checked"
    assert await checked.verify(confirmed["recovery_codes"][0]) == "checked"


async def test_setting_up_a_factor_signs_out_every_other_session(admin: Door) -> None:
    other = await admin.signed_in_again()
    await admin.set_up()
    assert (await admin.call("GET", "/auth/me"))[0] == 200
    assert (await other.call("GET", "/auth/me"))[0] == 401


async def test_only_admins_have_a_second_factor(house: House, admin: Door) -> None:
    player = await a_player(house, admin.client)
    for path, body in (("enroll", PASSWORD), ("confirm", {"code": "123456"}), ("verify", {"code": "123456"})):
        assert await player.refused(f"/auth/mfa/{path}", body) == "forbidden"


async def test_answers_with_secrets_are_never_stored(admin: Door) -> None:
    headers = {"Authorization": f"Bearer {admin.token}"}
    async with admin.client.post("/api/v1/auth/mfa/enroll", json=PASSWORD, headers=headers) as response:
        assert response.headers["Cache-Control"] == "no-store"


async def test_secrets_are_sealed_for_their_account_and_recovery_codes_hashed(
    house: House, checked: Door
) -> None:
    with house.node.storage.read_engine.connect() as conn:
        sealed = conn.execute(select(mfa_secrets.c.sealed_secret)).scalar_one()
        hashes = conn.execute(select(mfa_recovery_codes.c.code_hash)).scalars().all()
    opened = secret.unseal(house.node.sealer, checked.user_id, sealed)
    assert Authenticator(opened).code(checked.clock.now()) == checked.code()
    with pytest.raises(SealBroken):
        secret.unseal(house.node.sealer, UserId(uuid7()), sealed)
    assert all(len(each) == 32 for each in hashes)
    assert not any(code.replace("-", "").encode() in hashes for code in checked.recovery_codes)


async def test_the_holder_is_written_to_when_a_factor_is_set_up_and_a_recovery_code_used(
    house: House, checked: Door
) -> None:
    await checked.verify(checked.recovery_codes[0])
    await house.node.jobs.deliver_mail()
    letters = [path.read_text() for path in house.node.settings.mail_dir.glob("*.eml")]
    assert len(letters) == 2
    assert any("was set up" in letter for letter in letters)
    assert any("recovery code" in letter for letter in letters)
    assert all(f"To: {checked.email}" in letter for letter in letters)


async def test_what_was_done_to_a_factor_is_on_record_without_its_secrets(checked: Door) -> None:
    await checked.clock.advance(1)
    await checked.verify(checked.recovery_codes[0])
    page = await checked.get("/admin/audit?subject_type=user")
    recorded = {record["action"]: record for record in page["items"]}
    assert recorded.keys() == {"mfa.enroll", "mfa.confirm", "mfa.recover"}
    for record in recorded.values():
        assert record["actor_id"] == record["subject_id"] == str(checked.user_id)
    enrol, confirm, recover = (recorded[f"mfa.{what}"] for what in ("enroll", "confirm", "recover"))
    never = {"in_force_since": None, "waits_for_first_code": False, "recovery_codes_left": 0}
    assert (enrol["before"], enrol["after"]) == (never, never | {"waits_for_first_code": True})
    assert confirm["before"] == enrol["after"]
    in_force = {
        "in_force_since": confirm["created_at"],
        "waits_for_first_code": False,
        "recovery_codes_left": 10,
    }
    assert confirm["after"] == recover["before"] == in_force
    assert recover["after"] == in_force | {"recovery_codes_left": 9}


async def test_factors_of_two_admins_have_nothing_to_do_with_each_other(house: House, checked: Door) -> None:
    other = await an_admin(house, checked.client, "second")
    await other.set_up()
    await checked.clock.advance(30)
    assert await other.verify(checked.code()) == "wrong-code"
    assert await other.verify(checked.recovery_codes[0]) == "wrong-code"
    assert await checked.verify(checked.code()) == "checked"


async def test_the_documents_say_which_routes_need_a_fresh_check(house: House) -> None:
    async with opened(house.node) as client, client.get("/openapi.json") as response:
        paths = (await response.json())["paths"]
    execute = paths["/api/v1/drawings/{id}/execute"]["post"]
    assert execute["x-step-up"] is True
    refusals = execute["responses"]["403"]["content"]["application/problem+json"]["examples"]
    assert "mfa-required" in refusals
    assert paths["/api/v1/drawings/{id}/schedule"]["post"]["x-step-up"] is False
