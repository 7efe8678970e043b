"""Who is asking, and whether they may."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fittrack.kit.ids import SessionId, UserId, uuid7
from fittrack.kit.problems import Busy, Unauthenticated
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.auth import Authenticator
from fittrack.server.principal import Standing
from fittrack.server.token_keys import KeyUnusableError, TokenKeys
from fittrack.server.tokens import AccessTokens
from tests.fittrack.server.keys import rsa_pem
from tests.fittrack.server.test_input import refused

ME, GREETING, ADMIN, SHOES = "/api/v1/me", "/api/v1/greeting", "/api/v1/admin", "/api/v1/shoes"


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


# --- Access ---


async def test_without_a_token_one_is_asked_to_sign_in(client):
    response = await client.get(ME)
    await refused(response, 401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer ", "Bearer", "Basic dTpw", "Bearer a.b.c", "Bearer é"]
)
async def test_a_wrong_token_is_refused_also_where_it_is_optional(client, header):
    for path in (ME, GREETING):
        await refused(await client.get(path, headers={"Authorization": header}), 401, "unauthenticated")


async def test_where_anyone_may_a_token_is_not_even_read(client):
    assert (await client.get(SHOES, headers={"Authorization": "Bearer nonsense"})).status == 200


async def test_an_optional_token_says_who_asks(client, bearer):
    assert await (await client.get(GREETING)).json() == {"user_id": None}
    assert (await (await client.get(GREETING, headers=bearer())).json())["user_id"]


async def test_pending_accounts_and_incomplete_profiles_read_but_do_not_write(client, bearer):
    headers = bearer(status=AccountStatus.PENDING, profile_complete=False)
    assert (await client.get(ME, headers=headers)).status == 200
    shoe = {"name": "Runner", "size": 42}
    await refused(await client.post(SHOES, json=shoe, headers=headers), 403, "profile-incomplete")


async def test_admins_need_no_profile(client, bearer):
    headers = bearer(role=Role.ADMIN, profile_complete=False)
    response = await client.post(SHOES, json={"name": "Runner", "size": 42}, headers=headers)
    assert response.status == 201


async def test_admin_routes_are_for_admins(client, bearer):
    await refused(await client.get(ADMIN, headers=bearer(role=Role.PREMIUM)), 403, "forbidden")
    assert (await client.get(ADMIN, headers=bearer(role=Role.ADMIN))).status == 200


@pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.BANNED, AccountStatus.DELETED])
async def test_accounts_that_may_not_sign_in_are_refused(client, bearer, status):
    await refused(await client.get(ME, headers=bearer(status=status)), 401, "unauthenticated")


# --- Tokens ---


def test_a_token_says_whose_session_it_is_until_it_ends(tokens, clock):
    user_id, session_id = UserId(uuid7()), SessionId(uuid7())
    issued = tokens.issue(user_id, session_id)
    claims = tokens.verify(issued.token)
    assert (claims.user_id, claims.session_id) == (user_id, session_id)
    assert claims.expires_at == issued.expires_at == clock.now() + timedelta(hours=1)
    assert issued.expires_in == 3600


async def test_a_token_ends_to_the_second(tokens, clock):
    token = tokens.issue(UserId(uuid7()), SessionId(uuid7())).token
    await clock.advance(3599.9)
    tokens.verify(token)
    await clock.advance(0.1)
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.verify(token)


def forgeries(tokens: AccessTokens, clock) -> dict[str, str]:
    now = int(clock.now().timestamp())
    right = {"iss": "fittrack", "aud": "fittrack-api", "sub": str(uuid7()), "sid": str(uuid7()),
             "jti": "1", "iat": now, "exp": now + 60}  # fmt: skip
    key, typ = tokens._keys.signing, {"typ": "at+jwt"}
    without = {name: {k: v for k, v in right.items() if k != name} for name in right}
    return {
        "another key": jwt.encode(right, b"k" * 32, "HS256", headers=typ),
        "no signature": jwt.encode(right, None, "none", headers=typ),
        "another algorithm": jwt.encode(right, key, "HS384", headers=typ),
        "another type": jwt.encode(right, key, "HS256"),
        "another issuer": jwt.encode({**right, "iss": "x"}, key, "HS256", headers=typ),
        "another audience": jwt.encode({**right, "aud": "x"}, key, "HS256", headers=typ),
        "an unknown kid": jwt.encode(right, key, "HS256", headers={**typ, "kid": "../../dev/null"}),
        "no uuid": jwt.encode({**right, "sub": "me"}, key, "HS256", headers=typ),
        "an endless life": jwt.encode({**right, "exp": 10**30}, key, "HS256", headers=typ),
        **{f"no {name}": jwt.encode(claims, key, "HS256", headers=typ) for name, claims in without.items()},
    }


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_forged_tokens_are_refused(tokens, clock):
    for name, token in forgeries(tokens, clock).items():
        with pytest.raises(Unauthenticated):
            tokens.verify(token)
            pytest.fail(f"accepted a token with {name}")


@pytest.mark.parametrize("spelling", ["{}=", "{}==", " {}", "{}\n", "{}."])
def test_a_token_has_one_spelling(tokens, spelling):
    token = tokens.issue(uuid7(), uuid7()).token
    tokens.verify(token)
    with pytest.raises(Unauthenticated):
        tokens.verify(spelling.format(token))


def test_a_huge_token_is_not_even_looked_at(tokens):
    with pytest.raises(Unauthenticated):
        tokens.verify("x" * 1_000_000)


@pytest.mark.parametrize(
    "header",
    [
        {"kid": ""},
        {"kid": 7},
        {"kid": ["a"]},
        {"kid": {"a": 1}},
        {"kid": "' OR 1=1 --"},
        {"alg": ["HS256"]},
        {"alg": None},
        {"alg": "hs256"},
        {"typ": "JWT"},
        {"typ": "AT+JWT"},
        {"typ": ["at+jwt"]},
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False, "crit": ["b64"]},
        {"jwk": {"kty": "oct", "k": "a2V5"}, "alg": "none"},
    ],
    ids=str,
)
def test_a_header_that_is_not_ours_is_refused_although_the_signature_is(tokens, header):
    _, payload, _ = tokens.issue(UserId(uuid7()), SessionId(uuid7())).token.split(".")
    head = b64(json.dumps({"alg": "HS256", "typ": "at+jwt", **header}).encode()) + b"." + payload.encode()
    signature = b64(hmac.digest(tokens._keys.signing, head, hashlib.sha256))
    with pytest.raises(Unauthenticated):
        tokens.verify((head + b"." + signature).decode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.text(max_size=60) | st.lists(st.binary(max_size=60), min_size=3, max_size=3))
def test_whatever_strangers_send_for_a_token_is_refused(tokens, sent):
    token = sent if isinstance(sent, str) else b".".join(map(b64, sent)).decode()
    with pytest.raises(Unauthenticated):
        tokens.verify(token)


def test_claims_in_depth_are_refused_not_a_crash(tokens):
    for payload in (b"[" * 2000, b'{"a":' * 400, b"\xff", b"null", b"[]"):
        head = b64(b'{"alg":"HS256","typ":"at+jwt"}') + b"." + b64(payload)
        token = head + b"." + b64(hmac.digest(tokens._keys.signing, head, hashlib.sha256))
        with pytest.raises(Unauthenticated):
            tokens.verify(token.decode())


def test_rs256_tokens_verify_over_a_rotation_of_keys(clock):
    def with_keys(keys: TokenKeys) -> AccessTokens:
        return AccessTokens(keys, issuer="i", audience="a", clock=clock)

    old_private, old_public = rsa_pem()
    new_private, _ = rsa_pem()
    old = with_keys(TokenKeys.from_pem(old_private))
    token = old.issue(UserId(uuid7()), SessionId(uuid7())).token
    rotated = TokenKeys.from_pem(new_private, old_public)
    with_keys(rotated).verify(token)
    with_keys(rotated).verify(with_keys(rotated).issue(UserId(uuid7()), SessionId(uuid7())).token)
    with pytest.raises(Unauthenticated):
        with_keys(TokenKeys.from_pem(new_private)).verify(token)
    assert {key["kid"] for key in rotated.jwks()["keys"]} == set(rotated.verifying)
    assert not any(key.keys() & {"d", "p", "q"} for key in rotated.jwks()["keys"])


def test_a_public_key_is_no_hmac_secret(clock):
    """The classic confusion of algorithms: HS256 keyed with the published RSA key."""
    private, public = rsa_pem()
    keys = TokenKeys.from_pem(private)
    tokens = AccessTokens(keys, issuer="i", audience="a", clock=clock)
    now = int(clock.now().timestamp())
    claims = {
        "iss": "i",
        "aud": "a",
        "sub": str(uuid7()),
        "sid": str(uuid7()),
        "jti": "1",
        "iat": now,
        "exp": now + 60,
    }
    header = {"typ": "at+jwt", "kid": keys.current}
    # The library refuses to sign so; an attacker would not ask it.
    head = b".".join(b64(json.dumps(part).encode()) for part in ({"alg": "HS256", **header}, claims))
    token = head + b"." + b64(hmac.digest(public.encode(), head, hashlib.sha256))
    with pytest.raises(Unauthenticated):
        tokens.verify(token.decode())


def test_small_or_broken_keys_are_named():
    with pytest.raises(KeyUnusableError, match="JWT_PRIVATE_KEY"):
        TokenKeys.from_pem("nonsense")
    with pytest.raises(KeyUnusableError, match="2048"):
        TokenKeys.from_pem(rsa_pem(1024)[0])


# --- What is remembered ---


async def test_a_verified_token_is_not_read_again(authenticator, tokens, people):
    token = tokens.issue(*people.sign_in()).token
    first = await authenticator.authenticate(token)
    assert await authenticator.authenticate(token) is first
    assert authenticator.recall(token) is first
    assert people.reads == 1


async def test_a_remembered_token_ends_too(authenticator, tokens, people, clock):
    token = tokens.issue(*people.sign_in()).token
    await authenticator.authenticate(token)
    await clock.advance(3600)
    assert authenticator.recall(token) is None
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(token)


async def test_a_change_of_role_is_seen_at_once(authenticator, tokens, people):
    user_id, session_id = people.sign_in()
    token = tokens.issue(user_id, session_id).token
    assert not (await authenticator.authenticate(token)).is_admin
    people.standings[session_id] = Standing(
        user_id=user_id, role=Role.ADMIN, status=AccountStatus.ACTIVE, profile_complete=True
    )
    authenticator.forget(user_id)
    principal = await authenticator.authenticate(token)
    assert principal.is_admin
    assert not authenticator.revoked(principal)


@pytest.mark.parametrize("subject", ["user", "session"])
async def test_a_revoked_session_is_refused_at_once(authenticator, tokens, people, subject):
    user_id, session_id = people.sign_in()
    token = tokens.issue(user_id, session_id).token
    principal = await authenticator.authenticate(token)
    del people.standings[session_id]
    authenticator.revoke(user_id if subject == "user" else session_id)
    assert authenticator.revoked(principal)
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(token)


async def test_a_session_begun_after_all_were_ended_stands(authenticator, tokens, people):
    user_id, session_id = people.sign_in()
    authenticator.revoke(user_id)
    principal = await authenticator.authenticate(tokens.issue(user_id, session_id).token)
    assert not authenticator.revoked(principal)


async def test_what_changes_while_it_is_read_is_read_again(tokens, people, clock):
    user_id, session_id = people.sign_in()
    reading, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session: SessionId) -> Standing | None:
        standing = await people.standing(session)
        reading.set()
        await go_on.wait()
        return standing

    authenticator = Authenticator(tokens, slow, clock)
    asking = asyncio.create_task(authenticator.authenticate(tokens.issue(user_id, session_id).token))
    await reading.wait()
    del people.standings[session_id]
    authenticator.revoke(session_id)
    go_on.set()
    with pytest.raises(Unauthenticated):
        await asking


async def test_an_account_that_never_stops_changing_is_busy(tokens, people, clock):
    user_id, session_id = people.sign_in()

    async def restless(session: SessionId) -> Standing | None:
        authenticator.forget(user_id)
        return await people.standing(session)

    authenticator = Authenticator(tokens, restless, clock)
    with pytest.raises(Busy):
        await authenticator.authenticate(tokens.issue(user_id, session_id).token)


async def test_only_so_many_tokens_are_remembered(tokens, people, clock):
    authenticator = Authenticator(tokens, people.standing, clock, capacity=3)
    issued = [tokens.issue(*people.sign_in()).token for _ in range(5)]
    for token in issued[:3]:
        await authenticator.authenticate(token)
    authenticator.recall(issued[0])
    for token in issued[3:]:
        await authenticator.authenticate(token)
    assert [authenticator.recall(token) is not None for token in issued] == [True, False, False, True, True]
