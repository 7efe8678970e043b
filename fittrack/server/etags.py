"""Entity tags: `ETag` out, `If-Match` and `If-None-Match` in (RFC 9110, 8.8.3 and 13.1)."""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

import msgspec
from aiohttp import web

from fittrack.kit.problems import PreconditionFailed

_COMPRESSED: Final = "-gzip"
_DIGEST_BYTES: Final = 10
_MILLISECOND: Final = timedelta(milliseconds=1)
_encode = msgspec.json.Encoder().encode

Versions = frozenset[str] | None
"""Bare tags of an `If-Match`, one of which must be of the present version; None: whatever it is."""


def etag_of(*parts: object) -> str:
    """The tag of a version, e.g. `etag_of(drawing.rev)`: parts that change whenever the resource does."""
    return f'"{"-".join(map(str, parts))}"'


def version_of(shown: msgspec.Struct) -> str:
    """A part of a tag that changes whenever what is shown does."""
    return blake2b(_encode(shown), digest_size=_DIGEST_BYTES, person=b"version").hexdigest()


def version_at(updated_at: datetime) -> str:
    """The version of what notes when it was last changed."""
    return str(int(updated_at.timestamp() * 1000))


def next_version_at(now: datetime, former: datetime) -> datetime:
    """The instant of a change now: later than the `former` one, as two in a millisecond are two versions."""
    return max(now, former + _MILLISECOND)


def check_version(current: str, wanted: Versions) -> None:
    """Raise `PreconditionFailed` unless a wanted tag is of the `current` version.

    What a tag says after the version and a dot is of figures: whoever reads it again is told of them, but
    no edit rests on them.
    """
    if wanted is not None and not any(tag == current or tag.startswith(f"{current}.") for tag in wanted):
        raise PreconditionFailed


def require_match(request: web.Request, current: str) -> None:
    """Raise `PreconditionFailed` if the request has an `If-Match` that `current` does not satisfy."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and not matches(wanted, current):
        raise PreconditionFailed


def wanted_versions(request: web.Request) -> Versions:
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
