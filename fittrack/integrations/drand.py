"""Reading rounds of a public beacon from a drand HTTP endpoint, whose word counts for nothing unverified."""

from typing import Final

import aiohttp
import msgspec
from msgspec import Struct

from fittrack.fairness.beacon import Beacon, Chain
from fittrack.fairness.beacon_signature import is_genuine
from fittrack.integrations.answers import AnswerTooLarge, read_at_most

FETCH_TIMEOUT: Final = aiohttp.ClientTimeout(total=10.0, connect=5.0)
"""Seconds. A round is some 200 bytes from a content network; who takes longer is asked again later."""

ANSWER_BYTES_MAX: Final = 4_096
"""Twenty times a round's size."""


class BeaconUnavailable(Exception):  # noqa: N818 - says what happened
    """The round could not be had, or what came was not genuine. Asking again later may help."""


class _Answer(Struct, frozen=True):
    """What we need of an answer. Its `randomness` is left unread: it follows from the signature."""

    round: int
    signature: str


class DrandClient:
    """Fetches rounds from `url`, through a session that belongs to whoever made it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    async def fetch(self, chain: Chain, round_number: int) -> Beacon:
        """Round `round_number` of `chain`, verified. Raises `BeaconUnavailable`."""
        beacon = _read(await self._get(f"{self._url}/{chain.chain_hash}/public/{round_number}"))
        if beacon.round != round_number:
            raise BeaconUnavailable(f"round {beacon.round} was answered for round {round_number}")
        if not is_genuine(chain, beacon):
            raise BeaconUnavailable(f"round {round_number} came with a signature that is not the chain's")
        return beacon

    async def _get(self, url: str) -> bytes:
        try:
            async with self._session.get(url, timeout=FETCH_TIMEOUT, allow_redirects=False) as response:
                if response.status != 200:
                    raise BeaconUnavailable(f"answered {response.status}")
                return await read_at_most(response.content, ANSWER_BYTES_MAX)
        except (aiohttp.ClientError, TimeoutError, OSError, AnswerTooLarge) as error:
            raise BeaconUnavailable(f"{type(error).__name__}: {error}") from error


def _read(body: bytes) -> Beacon:
    try:
        answer = msgspec.json.decode(body, type=_Answer)
        return Beacon(answer.round, bytes.fromhex(answer.signature))
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors, too
        raise BeaconUnavailable(f"answered no round: {error}") from error
