"""Doing what a request asks once per key, in the transaction of its effect."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec
from uuid import UUID

from fittrack.db.handles import Connection, IntegrityError
from fittrack.db.savepoints import savepoint
from fittrack.kit.problems import Busy, IdempotencyMismatch, Problem
from fittrack.server.idempotency import Kept, kept_refusal
from fittrack.server.queries import find_kept, keep

P = ParamSpec("P")

Effect = Callable[Concatenate[Connection, P], Kept]
"""Changes the database and says what to answer; raises `Problem` to refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Under which key a request is done, for whom, when, and what it asks."""

    scope_id: UUID
    """The account, the API client, or `scope_of` somebody without one."""
    key: UUID | None
    request_hash: bytes
    now: datetime


def run_once(conn: Connection, once: Once, effect: Effect[P], *args: P.args, **kwargs: P.kwargs) -> Kept:
    """Run `effect(conn, *args)` unless its key was used before; the answer then is the former one.

    A refusal undoes what the effect did and is kept like an answer, except what may succeed later. Raises
    `IdempotencyMismatch` when the key was used for something else, and `Busy` when another node is using
    it at this moment.
    """
    key = once.key
    if key is None:
        return effect(conn, *args, **kwargs)
    found = find_kept(conn, once.scope_id, key)
    if found is not None:
        known_hash, kept = found
        if known_hash != once.request_hash:
            raise IdempotencyMismatch
        return kept
    kept = _attempt(conn, effect, *args, **kwargs)
    try:
        keep(conn, once.scope_id, key, request_hash=once.request_hash, kept=kept, now=once.now)
    except IntegrityError as error:
        raise Busy("The same request is being served at this moment") from error
    return kept


def _attempt(conn: Connection, effect: Effect[P], *args: P.args, **kwargs: P.kwargs) -> Kept:
    try:
        with savepoint(conn):
            return effect(conn, *args, **kwargs)
    except Problem as problem:
        if problem.retryable:
            raise
        return kept_refusal(problem)
