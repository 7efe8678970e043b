"""`Idempotency-Key` for requests that are no unit of an actor's log (SPEC 10).

Actor commands keep their key and answer in their own log (`fittrack.kit.idempotency.intend`); what is here
serves the rest: `await journal.transact(run_once, Once(...), effect)` writes effect and answer together.
"""

import re
from dataclasses import dataclass
from hashlib import blake2b
from http import HTTPStatus
from typing import Final
from uuid import UUID

from aiohttp import web
from msgspec import Struct, json

from fittrack.kit.idempotency import KEY_LENGTH_MAX, key_from_text
from fittrack.kit.problems import FieldError, Malformed, Problem

HEADER: Final = "Idempotency-Key"
KEY_PATTERN: Final = "[!-~]([ -~]*[!-~])?"
"""What travels in a header as it is: printable ASCII without spaces at the ends."""
REPLAYED: Final = "Idempotent-Replayed"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept: status and JSON body; a refusal's body is a `_Refusal`."""

    status: int
    body: bytes | None
    replayed: bool = False


class _Refusal(Struct, frozen=True):
    """What makes a problem again."""

    code: str
    detail: str
    errors: tuple[tuple[str, str], ...] = ()


def idempotency_key(request: web.Request) -> UUID | None:
    """The key of the request's intention, if it has one. Raises `Malformed`."""
    text = request.headers.get(HEADER)
    if text is None:
        return None
    if len(text) > KEY_LENGTH_MAX or not re.fullmatch(KEY_PATTERN, text):
        raise Malformed(f"{HEADER} has 1 to {KEY_LENGTH_MAX} printable characters of ASCII")
    return key_from_text(text)


def scope_of(client: str) -> UUID:
    """The scope of keys of somebody without an account: told apart by `client`, e.g. an email or address."""
    return UUID(bytes=blake2b(client.encode(), digest_size=16, person=b"anonymous-scope").digest())


def kept_answer(answer: object, *, status: int = HTTPStatus.OK) -> Kept:
    """`answer` (a struct, or nothing) as an effect returns it to `run_once`."""
    return Kept(status, None if answer is None else json.encode(answer))


def kept_refusal(problem: Problem) -> Kept:
    """`problem` as it is kept: a refusal is an answer too."""
    errors = tuple((error.pointer, error.detail) for error in problem.errors)
    return Kept(problem.status, json.encode(_Refusal(problem.code, problem.detail, errors)))


def render_kept(kept: Kept) -> web.Response:
    """The response that a kept answer is. Raises the problem that a kept refusal is."""
    if kept.status >= HTTPStatus.BAD_REQUEST:
        raise _revive(kept)
    headers = {REPLAYED: "true"} if kept.replayed else {}
    if kept.body is not None:
        headers["Content-Type"] = "application/json"
    return web.Response(status=kept.status, body=kept.body, headers=headers)


def _revive(kept: Kept) -> Problem:
    refusal = json.decode(kept.body or b"{}", type=_Refusal)
    return Problem.again(refusal.code, refusal.detail, [FieldError(*error) for error in refusal.errors])
