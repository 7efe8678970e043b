"""Entity tags: `ETag` out, `If-Match` and `If-None-Match` in (RFC 9110, 8.8.3 and 13.1)."""

from hashlib import blake2b
from typing import Final

import msgspec
from aiohttp import web

from fittrack.kit.problems import PreconditionFailed

_COMPRESSED: Final = "-gzip"
_DIGEST_BYTES: Final = 10
_encode = msgspec.json.Encoder().encode


def etag_of(*parts: object) -> str:
    """The tag of a version, e.g. `etag_of(drawing.rev)`: parts that change whenever the resource does."""
    return f'"{"-".join(map(str, parts))}"'


def version_of(shown: msgspec.Struct) -> str:
    """A part of a tag that changes whenever what is shown does."""
    return blake2b(_encode(shown), digest_size=_DIGEST_BYTES, person=b"version").hexdigest()


def require_match(request: web.Request, current: str) -> None:
    """Raise `PreconditionFailed` if the request has an `If-Match` that `current` does not satisfy."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and not matches(wanted, current):
        raise PreconditionFailed


def wanted_versions(request: web.Request) -> frozenset[str] | None:
    """The bare tags in `If-Match`, for an actor to compare in its turn; none when any version will do."""
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return None
    return frozenset(_bare(tag) for tag in wanted.split(","))


def matches(wanted: str, current: str) -> bool:
    """Whether one of the tags in `wanted` (a header's list, or `*`) is `current`.

    Weak marks and the mark of the compressed form are looked through: a tag here names a version of the
    resource, not a sequence of bytes.
    """
    if wanted.strip() == "*":
        return True
    bare = _bare(current)
    return any(_bare(tag) == bare for tag in wanted.split(","))


def _bare(tag: str) -> str:
    return tag.strip().removeprefix("W/").strip('"').removesuffix(_COMPRESSED)
