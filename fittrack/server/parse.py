"""From requests to typed values: bodies, query parameters, path parameters, and the refusals of bad ones."""

import asyncio
from functools import cache
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from aiohttp import hdrs, web
from msgspec import Struct

from fittrack.kit.problems import BodyTooLarge, FieldError, Malformed, NotFound, UnsupportedMediaType
from fittrack.server.complaints import complaints_about_body, complaints_about_parameters
from fittrack.server.sentences import sentence

BODY_BYTES_MAX: Final = 1024 * 1024
"""Bytes of a body (SPEC 11): 500 activities have about 150 KiB."""

BODY_WITHIN_S: Final = 20.0
"""Seconds for a body to arrive: 1 MiB over a poor phone line, but no slow attacker."""

_CANONICAL_UUID_LENGTH: Final = 36
"""Characters, hyphens included; bare digits, as WebSocket frames may have them, would be a second address."""

_JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

T = TypeVar("T", bound=Struct)

_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}


async def parse(request: web.Request, expected: type[T]) -> T:
    """The body as an `expected`. Raises `Malformed`, `Validation` or what `read_body` raises."""
    return decode(await read_body(request), expected)


def decode(body: bytes, expected: type[T]) -> T:
    """`body`, a JSON text, as an `expected`. The problem it raises names everything that is wrong."""
    decoder = _decoders.get(expected)
    if decoder is None:
        decoder = _decoders[expected] = msgspec.json.Decoder(expected)
    try:
        value: T = decoder.decode(body)
    except msgspec.ValidationError as error:
        raise complaints_about_body(body, expected, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(body, error) from error
    return value


class RepeatedFieldError(ValueError):
    """A form has a field twice; the argument says which."""


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of a form, in UTF-8. Raises `RepeatedFieldError` and what `read_body` raises."""
    body = await read_body(request, FORM)
    fields: dict[str, str] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        if name in fields:
            raise RepeatedFieldError(name)
        fields[name] = value
    return fields


async def read_body(request: web.Request, expected: str = _JSON) -> bytes:
    """The whole body, which must be of the `expected` content type.

    Raises `UnsupportedMediaType`, `BodyTooLarge`, or `Malformed` when it does not arrive.
    """
    headers = request.headers
    media_type = headers.get(hdrs.CONTENT_TYPE, "")
    if media_type != expected and media_type.partition(";")[0].strip().lower() != expected:
        raise UnsupportedMediaType(f"The body must be {expected}")
    if headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise UnsupportedMediaType("The body must not be compressed")
    if headers.get("Transfer-Encoding", "chunked").lower() != "chunked":
        raise UnsupportedMediaType("The body may be chunked, and nothing else")
    if request.content.is_eof() and request.content.total_bytes <= BODY_BYTES_MAX:
        return request.content.read_nowait()  # it came with the headers, as nearly all do
    if (request.content_length or 0) > BODY_BYTES_MAX:
        raise BodyTooLarge(f"A body has at most {BODY_BYTES_MAX} bytes")
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise BodyTooLarge(f"A body has at most {BODY_BYTES_MAX} bytes") from error
    except TimeoutError as error:
        raise Malformed("The body did not arrive in time") from error
    except web.RequestPayloadError as error:
        raise Malformed("The body did not arrive whole") from error


def parse_query(request: web.Request, expected: type[T]) -> T:
    """The query parameters as an `expected`. Unknown, repeated or wrong ones raise `Malformed`."""
    given = request.query if request.query_string else {}
    parameters = {**given}
    if len(parameters) != len(given):
        twice = sorted({name for name in given if len(given.getall(name)) > 1})  # type: ignore[attr-defined]
        raise Malformed(f"Given more than once: {', '.join(twice)}")
    try:
        query = msgspec.convert(parameters, expected, strict=False)
    except msgspec.ValidationError as error:
        raise complaints_about_parameters(parameters, expected, error) from error
    instants = _instants(expected) & parameters.keys()
    if numbers := [name for name in instants if "T" not in parameters[name].upper()]:
        detail = sentence("Invalid RFC3339 encoded datetime")
        errors = [FieldError(f"/{name}", detail) for name in sorted(numbers)]
        raise Malformed("Some parameters are not right", errors=errors)
    return query


@cache
def _instants(expected: type[Struct]) -> frozenset[str]:
    """The parameters that are instants: a bare number would be read as seconds since 1970."""
    return frozenset(
        field.encode_name
        for field in msgspec.structs.fields(expected)
        if msgspec.inspect.DateTimeType in map(type, _alternatives(msgspec.inspect.type_info(field.type)))
    )


def _alternatives(kind: msgspec.inspect.Type) -> tuple[msgspec.inspect.Type, ...]:
    return kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)


def path_uuid(request: web.Request, name: str = "id") -> UUID:
    """The path parameter `name`, a UUID. Raises `Malformed`."""
    text = request.match_info[name]
    try:
        if len(text) == _CANONICAL_UUID_LENGTH:
            return msgspec.convert(text, UUID)
    except msgspec.ValidationError:
        pass
    raise Malformed(f"{name} in the address is not a UUID")


def path_choice(request: web.Request, choices: Any, name: str) -> Any:
    """The path parameter `name` as one of `choices`, an enum or Literal. Others are `NotFound`."""
    try:
        return msgspec.convert(request.match_info[name], choices)
    except msgspec.ValidationError as error:
        raise NotFound(f"There is no {name} of that name") from error


def _unreadable(body: bytes, error: Exception) -> Malformed:
    """Why `body` is not JSON that can be read."""
    if not body.strip():
        return Malformed("The body is empty")
    if isinstance(error, RecursionError):
        return Malformed("The body is nested too deeply")
    return Malformed(f"The body is not valid JSON: {error}")


def has_field(body: bytes, field: str) -> bool:
    """Whether `body` is an object that has `field`."""
    # Reading the object's keys skips their values without building them.
    try:
        return field in msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
