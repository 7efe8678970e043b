"""The document: its schema, which follows from the tables, and writing it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import IO, Any, Final
from uuid import UUID

import msgspec
import structlog

from fittrack.db.handles import Connection
from fittrack.db.types import Bytes, Day, Document, Flag, Instant, Real, Uuid16, Word
from fittrack.kit import seal_contexts
from fittrack.kit.ids import UserId
from fittrack.kit.sealing import SealBroken, Sealer
from fittrack.privacy.export import queries
from fittrack.privacy.export.queries import HOLDINGS, Holding
from fittrack.server.schemas import Answer
from protocol import shapes

log = structlog.get_logger(__name__)

FORMAT: Final = "fittrack-export/1"

_encode = msgspec.json.Encoder().encode
_TYPES: Final[dict[type[Any], Any]] = {
    Uuid16: UUID,
    Word: str,
    Bytes: str,
    Instant: shapes.Instant,
    Day: date,
    Document: Any,
    Flag: bool,
    Real: float,
}
"""How the values of a column stand in the document; others are numbers or texts."""


def write(conn: Connection, user_id: UserId, now: datetime, sealer: Sealer, into: IO[bytes]) -> None:
    """Write the document about somebody, as of the connection's snapshot. Memory is bounded."""
    person = queries.person(conn, user_id)
    head = {"format": FORMAT, "exported_at": shapes.instant(now)}
    into.write(_encode(head)[:-1])
    for holding in HOLDINGS:
        into.write(b',\n"%s":' % holding.section.encode())
        _write_section(
            holding, (_row(holding, row, sealer) for row in queries.rows(conn, holding, person)), into
        )
    into.write(b"}\n")


def _write_section(holding: Holding, rows: Any, into: IO[bytes]) -> None:
    if holding.only:
        into.write(next(rows, b"null"))
        return
    between = b"["
    for row in rows:
        into.write(between + row)
        between = b",\n"
    into.write(b"]" if between != b"[" else b"[]")


def _row(holding: Holding, row: Any, sealer: Sealer) -> bytes:
    shown = {}
    for (name, column), value in zip(holding.columns, row, strict=True):
        plain = _opened(row.fulfillment_id, value, sealer) if column.name == holding.sealed else value
        shown[name] = None if plain is None else _SHOWN.get(type(column.type), _as_it_is)(plain)
    return _encode(shown)


def _opened(fulfillment_id: UUID, sealed: bytes, sealer: Sealer) -> bytes | None:
    """The address that is sealed; none when its key is gone: the rest is exported all the same."""
    try:
        return sealer.open(sealed, seal_contexts.shipping_address(fulfillment_id))
    except SealBroken:
        log.exception("export.unreadable", fulfillment_id=str(fulfillment_id))
        return None


def _as_it_is(value: Any) -> Any:
    return value


_SHOWN: Final[dict[type[Any], Callable[[Any], Any]]] = {
    Bytes: bytes.hex,
    Instant: shapes.instant,
    Document: msgspec.Raw,
}


def _fields(holding: Holding) -> list[tuple[str, Any]]:
    return [(name, _type_of(column)) for name, column in holding.columns]


def _type_of(column: Any) -> Any:
    kind = _TYPES.get(type(column.type)) or column.type.python_type
    return kind if not column.nullable or kind is Any else kind | None


def _section(holding: Holding) -> tuple[str, Any]:
    name = "Exported" + "".join(word.capitalize() for word in holding.section.split("_"))
    row = msgspec.defstruct(name, _fields(holding), frozen=True, kw_only=True)
    return holding.section, row | None if holding.only else list[row]  # type: ignore[valid-type]


Export: Final[Any] = msgspec.defstruct(
    "Export",
    [("format", str), ("exported_at", shapes.Instant), *map(_section, HOLDINGS)],
    bases=(Answer,),
    frozen=True,
    kw_only=True,
)
"""The schema, as OpenAPI describes it: a section for each table."""
