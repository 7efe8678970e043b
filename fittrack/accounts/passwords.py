"""Hashing passwords: argon2id, off the event loop, in as many threads as there are cores to spare."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from fittrack.kit.problems import Busy

# OWASP's Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
LANES: Final = 1

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

THREADS: Final = 2
"""Hashes at a time: 19 MiB and a core each; the rest of the machine serves those signed in."""
WAITING_MAX: Final = 64
"""Hashes that may wait, about a second of work: who comes later would have gone away before."""


class Passwords:
    """Hashes and verifies passwords in a bounded pool of threads."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES, threads: int = THREADS) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=LANES)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._running = 0
        # What an unknown account's password is compared with: the same work, and never the same password.
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """The encoded argon2id hash. Raises `Busy` when too many wait."""
        return await self._run(self._hasher.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password; without a hash the answer is no, after the same work."""
        matches = await self._run(self._verify, password_hash or self._nobody, password)
        return matches and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def stop(self) -> None:
        """Let what runs finish, take nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        if self._running >= WAITING_MAX:
            raise Busy("Too many people are signing in at this moment", after_ms=1_000)
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._running -= 1
