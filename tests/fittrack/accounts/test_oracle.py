"""Every statement of the accounts can be written for Oracle, without what only SQLite has."""

from fittrack.accounts.admin import create_admin
from fittrack.kit.sealing import Sealer
from fittrack.mail.postbox import Postbox
from fittrack.mfa.admin import reset_mfa
from fittrack.privacy.retention.queries import erase_old
from tests.admins import Authenticator
from tests.fittrack.accounts.house import NEW_PASSWORD, NOON, PASSWORD, House, a_profile
from tests.oracle_sql import assert_fit_for_oracle, statements_of


async def test_every_statement_of_a_players_life_compiles_for_oracle(house: House) -> None:
    seen = statements_of(house.engine, house.read_engine)
    await live(house)
    assert len(seen) > 40
    assert_fit_for_oracle(seen)


async def live(house: House) -> None:
    """Use everything that reads or writes."""
    ada = await house.verified()
    signed_in = await house.sign_in(device_id="phone-1")
    token = (await house.sign_in(device_id="phone-1"))["access_token"]
    await house.post("/auth/login", {"email": "ada@example.com", "password": "Wrong-Horse-7"})
    await house.post("/auth/refresh", {"refresh_token": signed_in["refresh_token"]})
    other = await house.sign_in()
    await house.post("/auth/refresh", {"refresh_token": other["refresh_token"]})
    await house.call("PUT", "/users/me/profile", a_profile(), token=token)
    await house.call("PATCH", "/users/me/profile", {"goals": ["rest"]}, token=token)
    for path in ("/users/me", "/users/me/sessions", f"/users/{ada['user_id']}/public", "/tiers"):
        assert (await house.get(path, token))[0] == 200
    form = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    await house.post("/auth/change-password", form, token=token)
    await house.post("/auth/resend-verification", {"email": "ada@example.com"})
    await house.clock.advance(1)
    await house.post("/auth/forgot-password", {"email": "ada@example.com"})
    await house.post("/auth/reset-password", {"token": await house.code(), "new_password": PASSWORD})
    await house.register(email="bob@example.com")
    bob = {"sub": "bob", "email": "bob@example.com", "email_verified": True}
    declared = {"date_of_birth": "1990-05-17", "state": "TX", "accepted_terms": True, "accepted_rules": True}
    for claims in (bob, bob, {"sub": "eve", "email": "eve@example.com"}):
        form = {"id_token": house.google.token(house.clock.now(), **claims), **declared}
        assert (await house.post("/auth/social/google", form))[0] in (200, 201)
    await house.journal.transact(erase_old, "used ID tokens", house.clock.now())
    await create_admin(house.engine, "admin@example.com", PASSWORD, now=NOON)
    admin = (await house.sign_in("admin@example.com"))["access_token"]
    await house.get("/profiles", admin)
    _, enrolled = await house.post("/auth/mfa/enroll", {"password": PASSWORD}, token=admin)
    code = {"code": Authenticator(enrolled["secret"]).code(house.clock.now())}
    _, confirmed = await house.post("/auth/mfa/confirm", code, token=admin)
    await house.post("/auth/mfa/verify", code, token=admin)
    recovery = {"code": confirmed["recovery_codes"][0]}
    assert (await house.post("/auth/mfa/verify", recovery, token=admin))[0] == 200
    reset_mfa(house.engine, Postbox(Sealer({"k1": bytes(32)})), "admin@example.com", now=NOON)
    admin = (await house.sign_in("admin@example.com"))["access_token"]
    await house.watch.poll()
    await house.post("/auth/logout-all", token=admin)
