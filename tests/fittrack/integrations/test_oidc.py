"""Which ID tokens are believed: signed by a key their issuer publishes, for us, fresh, bound to its nonce."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from fittrack.integrations.jwks import IssuerUnavailable, RemoteKeySet
from fittrack.integrations.oidc import ID_TOKEN_LENGTH_MAX, Identity, IdTokenRefused, IdTokens, Issuer
from fittrack.kit.clock import VirtualClock
from tests.issuers import GOOGLE_ANDROID, GOOGLE_APP, FakeIssuer, a_key, an_issuer

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
NOW = int(NOON.timestamp())


@pytest.fixture
async def issuer() -> AsyncIterator[FakeIssuer]:
    async with an_issuer(GOOGLE_APP) as server:
        yield server


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
async def tokens(issuer: FakeIssuer, clock: VirtualClock) -> AsyncIterator[IdTokens]:
    believed = Issuer(
        name="google",
        spellings=frozenset({issuer.url, issuer.url.removeprefix("http://")}),
        client_ids=frozenset({GOOGLE_APP, GOOGLE_ANDROID}),
    )
    async with aiohttp.ClientSession() as session:
        keys = RemoteKeySet(session, issuer.jwks_url, clock)
        yield IdTokens(believed, keys, clock)
        await keys.stop()


async def test_a_token_tells_who_somebody_is(tokens: IdTokens, issuer: FakeIssuer) -> None:
    identity = await tokens.verify(
        issuer.token(NOON, email="ada@example.com", email_verified=True, azp=GOOGLE_ANDROID), None
    )
    assert (identity.issuer, identity.subject) == ("google", "100200300")
    assert (identity.email, identity.email_verified) == ("ada@example.com", True)


async def test_the_issuer_may_write_itself_with_and_without_the_scheme(
    tokens: IdTokens, issuer: FakeIssuer
) -> None:
    bare = issuer.url.removeprefix("http://")
    assert (await tokens.verify(issuer.token(NOON, iss=bare), None)).subject


@pytest.mark.parametrize("audience", [GOOGLE_APP, GOOGLE_ANDROID, [GOOGLE_APP], [GOOGLE_APP, GOOGLE_ANDROID]])
async def test_a_token_may_be_for_any_of_our_apps(
    tokens: IdTokens, issuer: FakeIssuer, audience: object
) -> None:
    assert (await tokens.verify(issuer.token(NOON, aud=audience), None)).subject


@pytest.mark.parametrize(
    ("said", "verified"),
    [
        (True, True),
        ("true", True),
        (False, False),
        ("false", False),
        (None, False),
        (1, False),
        ("yes", False),
    ],
)
async def test_an_email_is_verified_if_the_issuer_says_so_as_a_boolean_or_in_apples_way(
    tokens: IdTokens, issuer: FakeIssuer, said: object, verified: bool
) -> None:
    token = issuer.token(NOON, email="ada@example.com", email_verified=said)
    assert (await tokens.verify(token, None)).email_verified is verified


@pytest.mark.parametrize("email", [None, "", 7, ["ada@example.com"]])
async def test_there_may_be_no_email(tokens: IdTokens, issuer: FakeIssuer, email: object) -> None:
    assert (await tokens.verify(issuer.token(NOON, email=email), None)).email is None


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://accounts.example"},
        {"iss": None},
        {"iss": [1]},
        {"aud": "other.app.example"},
        {"aud": [GOOGLE_APP, "other.app.example"]},
        {"aud": []},
        {"aud": None},
        {"aud": {GOOGLE_APP: 1}},
        {"azp": "other.app.example"},
        {"azp": ""},
        {"sub": None},
        {"sub": ""},
        {"sub": 100200300},
        {"sub": "s" * 256},
        {"sub": "né"},
        {"sub": "a\x00b"},
        {"exp": NOW - 60},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"exp": True},
        {"iat": NOW + 61},
        {"iat": NOW - 661},
        {"iat": 10**400},
        {"iat": -(10**400)},
        {"iat": float("inf")},
        {"iat": None},
        {"iat": "now"},
        {"nbf": NOW + 61},
        {"nonce": "bound"},
        {"nonce": ["bound"]},
    ],
    ids=lambda claims: str(claims)[:40],
)
async def test_a_token_with_other_claims_is_refused(
    tokens: IdTokens, issuer: FakeIssuer, claims: dict[str, Any]
) -> None:
    with pytest.raises(IdTokenRefused):
        await tokens.verify(issuer.token(NOON, **claims), None)


@pytest.mark.parametrize(
    "claims", [{"exp": NOW - 59}, {"iat": NOW + 60}, {"iat": NOW - 660}, {"nbf": NOW + 60}]
)
async def test_clocks_may_differ_by_a_minute(
    tokens: IdTokens, issuer: FakeIssuer, claims: dict[str, Any]
) -> None:
    assert await tokens.verify(issuer.token(NOON, **claims), None)


async def test_a_token_is_refused_from_the_instant_on_until_which_it_is_remembered(
    tokens: IdTokens, issuer: FakeIssuer, clock: VirtualClock
) -> None:
    token = issuer.token(NOON, iat=NOW + 60, exp=NOW + 86_400)
    identity = await tokens.verify(token, None)
    await clock.advance_to(identity.token_ends)
    await clock.advance(1)
    with pytest.raises(IdTokenRefused, match="old"):
        await tokens.verify(token, None)


HASHED = hashlib.sha256(b"raw").hexdigest()


@pytest.mark.parametrize("bound", ["raw", HASHED])
async def test_a_nonce_is_repeated_as_it_is_or_hashed(
    tokens: IdTokens, issuer: FakeIssuer, bound: str
) -> None:
    assert await tokens.verify(issuer.token(NOON, nonce=bound), "raw")


@pytest.mark.parametrize("bound", ["other", "RAW", HASHED.upper(), "", None, 7])
async def test_a_token_that_is_bound_to_another_nonce_is_refused(
    tokens: IdTokens, issuer: FakeIssuer, bound: object
) -> None:
    with pytest.raises(IdTokenRefused):
        await tokens.verify(issuer.token(NOON, nonce=bound), "raw")


# --- Signatures ---


def encoded(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def resigned(token: str, sign: Callable[[bytes], bytes], **header: object) -> str:
    """`token` with another header and signature."""
    head = f"{encoded({'kid': 'first', **header})}.{token.split('.')[1]}"
    return f"{head}.{encoded(sign(head.encode()))}"


def forgeries(issuer: FakeIssuer) -> dict[str, str]:
    token = issuer.token(NOON)
    head, payload, signature = token.split(".")
    public = a_key("first").as_pem(private=False)
    return {
        "no signature": resigned(token, lambda _: b"", alg="none"),
        "the algorithm none, written otherwise": resigned(token, lambda _: b"", alg="nOnE"),
        "the public key as an HMAC secret": resigned(
            token, lambda text: hmac.digest(public, text, "sha256"), alg="HS256"
        ),
        "a key that comes with it": jws.serialize_compact(
            {"alg": "RS256", "kid": "first", "jwk": a_key("thief").as_dict(private=False)},
            base64.urlsafe_b64decode(payload + "=="),
            a_key("thief"),
        ),
        "another key under the same name": jws.serialize_compact(
            {"alg": "RS256", "kid": "first"}, base64.urlsafe_b64decode(payload + "=="), a_key("thief")
        ),
        "another algorithm of the same key": jws.serialize_compact(
            {"alg": "PS256", "kid": "first"},
            base64.urlsafe_b64decode(payload + "=="),
            RSAKey.import_key(a_key("first").as_pem(private=True)),
            algorithms=["PS256"],
        ),
        "a symmetric key": jws.serialize_compact(
            {"alg": "HS256", "kid": "first"},
            base64.urlsafe_b64decode(payload + "=="),
            OctKey.import_key(b"k" * 32),
        ),
        "a critical header": issuer.token(NOON, header={"crit": ["b64"], "b64": True}),
        "no name of a key": issuer.token(NOON, header={"kid": None}),
        "an endless name of a key": issuer.token(NOON, header={"kid": "k" * 300}),
        "a key that nobody publishes": issuer.token(NOON, header={"kid": "../../dev/null"}),
        "other claims": f"{head}.{encoded({'sub': 'somebody else'})}.{signature}",
        "half a signature": token[:-100],
        "an empty signature": f"{head}.{payload}.",
        "four parts": f"{token}.{signature}",
        "two parts": f"{head}.{payload}",
        "a header that is no object": f"{encoded([])}.{payload}.{signature}",
        "a header in depth": f"{encoded(b'[' * 3000)}.{payload}.{signature}",
        "letters of elsewhere": f"{head}.{payload}.é",
        "too many characters": token + "A" * ID_TOKEN_LENGTH_MAX,
        "nothing": "",
    }


async def test_forged_tokens_are_refused(tokens: IdTokens, issuer: FakeIssuer) -> None:
    for name, token in forgeries(issuer).items():
        with pytest.raises(IdTokenRefused):
            await tokens.verify(token, None)
            pytest.fail(f"accepted a token with {name}")


async def test_claims_that_are_no_object_are_refused(tokens: IdTokens) -> None:
    for claims in (b"[]", b"7", b"null", b"nonsense", b"[" * 5000, b"\xff"):
        token = jws.serialize_compact({"alg": "RS256", "kid": "first"}, claims, a_key("first"))
        with pytest.raises(IdTokenRefused):
            await tokens.verify(token, None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(text=st.text(max_size=60) | st.lists(st.binary(max_size=40), min_size=3, max_size=3))
async def test_whatever_strangers_send_is_refused(tokens: IdTokens, text: str | list[bytes]) -> None:
    token = text if isinstance(text, str) else ".".join(encoded(part) for part in text)
    with pytest.raises(IdTokenRefused):
        await tokens.verify(token, None)


async def test_a_token_has_one_spelling(tokens: IdTokens, issuer: FakeIssuer) -> None:
    """The last character of a signature of 256 bytes has four bits that mean nothing."""
    token = issuer.token(NOON)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]
    assert await tokens.verify(token, None)
    for spelling in (twin, token + "=", token + " ", token + "\n", " " + token):
        with pytest.raises(IdTokenRefused):
            await tokens.verify(spelling, None)


async def test_two_tokens_of_a_person_are_two(tokens: IdTokens, issuer: FakeIssuer) -> None:
    first, second = [await tokens.verify(issuer.token(NOON), None) for _ in range(2)]
    assert first.token_hash != second.token_hash


async def test_tokens_verify_over_a_rotation_of_keys(
    tokens: IdTokens, issuer: FakeIssuer, clock: VirtualClock
) -> None:
    former = issuer.token(NOON)
    assert isinstance(await tokens.verify(former, None), Identity)
    issuer.rotate("second")
    await clock.advance(60)
    for token in (issuer.token(clock.now()), former):
        assert await tokens.verify(token, None)


async def test_without_the_issuers_keys_nobody_can_tell(tokens: IdTokens, issuer: FakeIssuer) -> None:
    issuer.status = 503
    with pytest.raises(IssuerUnavailable):
        await tokens.verify(issuer.token(NOON), None)
