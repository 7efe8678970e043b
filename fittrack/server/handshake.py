"""The opening handshake (RFC 6455, 4.2) and this product's conditions for it: headers in, headers out."""

import base64
import binascii
import hashlib
from collections.abc import Collection
from urllib.parse import urlsplit

from multidict import CIMultiDictProxy

from fittrack.kit.problems import Forbidden, Malformed
from protocol.codec import SUBPROTOCOLS, Codec, codec_for

VERSION = "13"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16

Headers = CIMultiDictProxy[str]


def is_upgrade(headers: Headers) -> bool:
    """Whether the client asks for a WebSocket at all."""
    return "websocket" in tokens(headers, "Upgrade", lower=True) and "upgrade" in tokens(
        headers, "Connection", lower=True
    )


def negotiate(headers: Headers) -> Codec:
    """The codec of the first subprotocol offered that is known. Raises `Malformed` when there is none."""
    codec = codec_for(tokens(headers, "Sec-WebSocket-Protocol"))
    if codec is None:
        raise Malformed(f"Offer a subprotocol: {' or '.join(SUBPROTOCOLS)}")
    return codec


def check_origin(headers: Headers, allowed: Collection[str]) -> None:
    """Browsers say where a page came from: from here, or from an allowed place. Raises `Forbidden`."""
    origin = headers.get("Origin")
    if origin is None or origin in allowed:
        return
    if origin == "null" or urlsplit(origin).netloc.lower() != headers.get("Host", "").lower():
        raise Forbidden("Connections from this origin are not allowed")


def accept(headers: Headers, codec: Codec) -> dict[str, str]:
    """The headers of the 101. Raises `Malformed` for a key that is none."""
    key = headers.get("Sec-WebSocket-Key", "")
    try:
        valid = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        valid = False
    if not valid:
        raise Malformed("Sec-WebSocket-Key must be 16 bytes in base64")
    digest = hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()
    return {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": base64.b64encode(digest).decode(),
        "Sec-WebSocket-Protocol": codec.subprotocol,
    }


def bearer_token(headers: Headers) -> str | None:
    """The token of `Authorization: Bearer`, if there is one. Raises `Malformed` for another scheme."""
    authorization = headers.get("Authorization")
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Malformed("Authorization must be a Bearer token")
    return token.strip()


def tokens(headers: Headers, name: str, *, lower: bool = False) -> list[str]:
    """The comma-separated elements of a header that may come several times."""
    values = ",".join(headers.getall(name, []))
    elements = [element.strip() for element in values.split(",") if element.strip()]
    return [element.lower() for element in elements] if lower else elements
