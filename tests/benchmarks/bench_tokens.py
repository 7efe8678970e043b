"""What knowing the bearer of an access token costs: remembered, and verified at each request as others do.

`python -m tests.benchmarks.bench_tokens` prints the rows.
"""

import asyncio
import tracemalloc
from itertools import cycle
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import SessionId, UserId, uuid7
from fittrack.kit.standing import AccountStatus, Role
from fittrack.server.auth import REMEMBERED_TOKENS_MAX, Authenticator
from fittrack.server.principal import Standing
from fittrack.server.token_keys import TokenKeys
from fittrack.server.tokens import AccessTokens
from tests.benchmarks.timing import microseconds

PEOPLE, QUICK_PEOPLE = 5_000, 50
"""As many as the product must bear: their tokens do not all fit the processor's caches."""
CALLS, QUICK_CALLS = 10_000, 100

TARGET_TIMES = 10.0
"""Below this the memory would not be worth its code."""
TARGET_US = 5.0
"""A tenth of a verification under HS256, and little beside what else a request costs."""

Row = dict[str, Any]


class People:
    """Holders of live sessions. Their standing is at hand: what the database takes is left out."""

    def __init__(self) -> None:
        self._users: dict[SessionId, UserId] = {}

    def sign_in(self) -> tuple[UserId, SessionId]:
        user_id, session_id = UserId(uuid7()), SessionId(uuid7())
        self._users[session_id] = user_id
        return user_id, session_id

    async def standing(self, session_id: SessionId) -> Standing:
        return Standing(
            user_id=self._users[session_id],
            role=Role.USER,
            status=AccountStatus.ACTIVE,
            profile_complete=True,
        )


def run(*, quick: bool = False) -> list[Row]:
    """Rows of name, value, unit, target and note; CPU time, medians of five runs."""
    kinds = {"HS256": TokenKeys.from_secret(b"a secret of the benchmark, long enough"), "RS256": _key_pair()}
    return [row for name, keys in kinds.items() for row in asyncio.run(_measure(name, keys, quick=quick))]


async def _measure(name: str, keys: TokenKeys, *, quick: bool) -> list[Row]:
    people, clock = People(), SystemClock()
    tokens = AccessTokens(keys, issuer="bench", audience="bench", clock=clock)
    sessions = [people.sign_in() for _ in range(QUICK_PEOPLE if quick else PEOPLE)]
    issued = [tokens.issue(*session).token for session in sessions]
    authenticator = Authenticator(tokens, people.standing, clock)

    tracemalloc.start()
    for token in issued:
        await authenticator.authenticate(token)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    calls, bearers = (QUICK_CALLS if quick else CALLS), cycle(issued)
    verified = microseconds(lambda: tokens.verify(next(bearers)), calls)
    remembered = microseconds(lambda: authenticator.recall(next(bearers)), calls)
    each = f"{name}, {len(issued):,} people in turn"
    return [
        _row(f"tokens: {name}, verified each time", verified, "µs", note=each),
        _row(f"tokens: {name}, remembered", remembered, "µs", TARGET_US, each),
        _row(
            f"tokens: {name}, verified / remembered", verified / remembered, "times", TARGET_TIMES, "of CPU"
        ),
        _row(
            f"tokens: {name}, memory of a remembered one",
            held / len(issued),
            "bytes",
            note=f"beside the token itself; at most {REMEMBERED_TOKENS_MAX:,} are",
        ),
    ]


def _row(name: str, value: float, unit: str, target: float | None = None, note: str = "") -> Row:
    return {"name": name, "value": round(value, 3), "unit": unit, "target": target, "note": note}


def _key_pair() -> TokenKeys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return TokenKeys.from_pem(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def main() -> None:
    """Print the rows."""
    for row in run():
        print(f"{row['name']:45} {row['value']:10.2f} {row['unit']}  {row['note']}")


if __name__ == "__main__":
    main()
