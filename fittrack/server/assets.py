"""Files of pages, held in memory: each is a route of its own, so no path leads anywhere else."""

import gzip
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import web

from fittrack.server.access import Access
from fittrack.server.compression import COMPRESS_ABOVE_BYTES, takes_gzip
from fittrack.server.etags import etag_of
from fittrack.server.headers import PAGE_CSP
from fittrack.server.routes import Route

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_CACHE: Final = "public, max-age=300, must-revalidate"
"""Browsers ask again after five minutes, and are told 304 as long as nothing changed."""
_TAG_CHARACTERS: Final = 16


class Asset:
    """One file: its bytes, their compressed form, and what names their version."""

    def __init__(self, body: bytes, media_type: str, *, cache: str = _CACHE) -> None:
        tag = hashlib.sha256(body).hexdigest()[:_TAG_CHARACTERS]
        packed = gzip.compress(body, 9, mtime=0) if len(body) > COMPRESS_ABOVE_BYTES else body
        self._plain = (body, {"ETag": etag_of(tag)})
        self._packed = (packed, {"ETag": etag_of(f"{tag}-gzip"), "Content-Encoding": "gzip"})
        self._compressible = len(packed) < len(body)
        self._headers = {"Content-Type": media_type, "Cache-Control": cache}
        if self._compressible:
            self._headers["Vary"] = "Accept-Encoding"
        if media_type.startswith("text/html"):
            self._headers["Content-Security-Policy"] = PAGE_CSP

    @classmethod
    @cache  # a process reads and compresses each of its files once
    def of_file(cls, path: Path) -> "Asset":
        """The asset that a file is, typed by its name's ending."""
        return cls(path.read_bytes(), _TYPES[path.suffix])

    async def serve(self, request: web.Request) -> web.Response:
        """Send it, compressed if the client takes that."""
        packed = self._compressible and takes_gzip(request.headers.get("Accept-Encoding", ""))
        body, headers = self._packed if packed else self._plain
        return web.Response(body=body, headers={**self._headers, **headers})

    def at(self, path: str) -> Route:
        """The route that serves it."""
        return Route(
            "GET",
            path,
            self.serve,
            summary=path,
            access=Access.ANYONE,
            tag="Pages",
            documented=False,
            counted=False,
        )


def folder_routes(prefix: str, folder: Path) -> Iterator[Route]:
    """A route for every file in `folder` and below, under `prefix`."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _TYPES:
            yield Asset.of_file(path).at(f"{prefix}/{path.relative_to(folder).as_posix()}")
