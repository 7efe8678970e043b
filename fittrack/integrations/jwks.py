"""The keys that an issuer of ID tokens publishes (RFC 7517), fetched when they are needed and kept a while.

One fetch at a time serves everybody who waits. Whatever strangers send, fetches are bounded: a key that
nobody knows causes one a minute, an issuer that does not answer one every few seconds.
"""

import asyncio
import re
from typing import Annotated, Any, Final

import aiohttp
import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import base64_to_int
from msgspec import Meta, Struct

from fittrack.integrations.answers import AnswerTooLarge, read_at_most
from fittrack.kit.clock import Clock

ALGORITHM: Final = "RS256"
"""What Google and Apple sign with. Fixed here: what a token says of itself is no reason to believe it."""

FETCH_TIMEOUT: Final = aiohttp.ClientTimeout(total=5.0, connect=3.0)
"""Seconds. Somebody waits with the app open; who is told `503` tries again."""
ANSWER_BYTES_MAX: Final = 64 * 1024
"""Google's set has 1.5 KiB, Apple's 2.5."""
KEYS_MAX: Final = 32
"""Issuers publish two to four."""
RSA_BITS: Final = range(2048, 8192 + 1)
"""NIST SP 800-131A at the least; at the most, what is verified in a millisecond."""
EXPONENT_BITS_MAX: Final = 32
"""65537 has 17: a larger exponent only costs us time."""

FRESH_S: Final = 3600.0
"""Seconds for which keys are taken as they are when the issuer does not say; else within these bounds:"""
FRESH_MIN_S: Final = 300.0
FRESH_MAX_S: Final = 24 * 3600.0
UNKNOWN_KEY_EVERY_S: Final = 60.0
"""How soon a key that is not in the set has it fetched again. Issuers publish keys before they use them."""
RETRY_AFTER_S: Final = 5.0
"""After a failed fetch; meanwhile nobody waits for a server that is known not to answer."""
KEPT_WITHOUT_ISSUER_S: Final = 24 * 3600.0
"""How old keys may be when their issuer does not answer: its outage is not ours at once."""

_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?:[\s,]|$)", re.IGNORECASE)

log = structlog.get_logger(__name__)


class IssuerUnavailable(Exception):  # noqa: N818 - says what happened
    """The keys could not be had, or what came holds none that can be used. Asking again later may help."""


class _KeySet(Struct, frozen=True):
    keys: Annotated[list[dict[str, Any]], Meta(max_length=KEYS_MAX)]


class RemoteKeySet:
    """The keys at `url`, through a session that belongs to whoever made it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, clock: Clock) -> None:
        self._session = session
        self._url = url
        self._clock = clock
        self._keys: dict[str, RSAKey] = {}
        self._fetched_at = self._fresh_until = self._retry_at = float("-inf")
        self._failure = ""
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> RSAKey | None:
        """The key of this name, if the issuer has one. Raises `IssuerUnavailable` when nobody can tell."""
        if self._is_due(key_id):
            try:
                await self._refresh()
            except IssuerUnavailable:
                if key_id not in self._keys or self._age() >= KEPT_WITHOUT_ISSUER_S:
                    raise
        return self._keys.get(key_id)

    async def fetch(self) -> int:
        """Fetch the keys; returns how many can be used. Raises `IssuerUnavailable`."""
        await self._refresh()
        return len(self._keys)

    async def stop(self) -> None:
        """Give up a fetch under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _is_due(self, key_id: str) -> bool:
        if self._clock.monotonic() >= self._fresh_until:
            return True
        return key_id not in self._keys and self._age() >= UNKNOWN_KEY_EVERY_S

    def _age(self) -> float:
        return self._clock.monotonic() - self._fetched_at

    async def _refresh(self) -> None:
        if self._fetching is None:
            if self._clock.monotonic() < self._retry_at:
                raise IssuerUnavailable(self._failure)
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._done)
        # Who goes away takes nothing from those who wait with them.
        await asyncio.shield(self._fetching)

    def _done(self, fetching: asyncio.Task[None]) -> None:
        self._fetching = None
        if not fetching.cancelled():
            fetching.exception()  # whoever waited was told; nobody may have

    async def _fetch(self) -> None:
        try:
            keys, fresh_s = await self._get()
        except IssuerUnavailable as error:
            self._failure = str(error)
            self._retry_at = self._clock.monotonic() + RETRY_AFTER_S
            log.warning("issuer.unavailable", url=self._url, reason=self._failure)
            raise
        self._keys = keys
        self._fetched_at = self._clock.monotonic()
        self._fresh_until = self._fetched_at + fresh_s
        log.info("issuer.keys_had", url=self._url, keys=len(keys))

    async def _get(self) -> tuple[dict[str, RSAKey], float]:
        # Taken as it comes: a few bytes can be compressed that become gigabytes.
        request = self._session.get(
            self._url,
            headers={"Accept-Encoding": "identity"},
            timeout=FETCH_TIMEOUT,
            allow_redirects=False,
            auto_decompress=False,
        )
        try:
            async with request as response:
                if response.status != 200:
                    raise IssuerUnavailable(f"answered {response.status}")
                body = await read_at_most(response.content, ANSWER_BYTES_MAX)
                return _usable_keys(body), _fresh_for(response.headers.get("Cache-Control", ""))
        except (aiohttp.ClientError, TimeoutError, OSError, AnswerTooLarge) as error:
            raise IssuerUnavailable(f"{type(error).__name__}: {error}") from error


def _fresh_for(cache_control: str) -> float:
    said = _MAX_AGE.search(cache_control)
    return min(max(float(said[1]), FRESH_MIN_S), FRESH_MAX_S) if said else FRESH_S


def _usable_keys(body: bytes) -> dict[str, RSAKey]:
    """By name. What is not for us (other uses, other algorithms) is left out, not refused."""
    try:
        published = msgspec.json.decode(body, type=_KeySet).keys
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors, too
        raise IssuerUnavailable(f"answered no set of keys: {error}") from error
    keys = {key["kid"]: _key_of(key) for key in published if _is_for_us(key)}
    usable = {key_id: key for key_id, key in keys.items() if key is not None}
    if not usable:
        raise IssuerUnavailable("answered no key that can be used")
    return usable


def _is_for_us(key: dict[str, Any]) -> bool:
    return (
        key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and key.get("alg", ALGORITHM) == ALGORITHM
        and all(isinstance(key.get(name), str) for name in ("kid", "n", "e"))
    )


def _key_of(key: dict[str, Any]) -> RSAKey | None:
    """The public key, if its numbers make one of a sensible size."""
    try:
        modulus, exponent = base64_to_int(key["n"]), base64_to_int(key["e"])
        if modulus.bit_length() not in RSA_BITS or exponent.bit_length() > EXPONENT_BITS_MAX:
            return None
        return RSAKey.import_key({"kty": "RSA", "n": key["n"], "e": key["e"], "kid": key["kid"]})
    except (JoseError, ValueError):
        return None
