"""What goes between the node and its writer's process: framed pickles.

Both ends are the same program on the same machine, and nobody else can reach the socket. Tables and
their columns travel by name, so that both ends mean their own.
"""

import copyreg
import io
import pickle
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from struct import Struct
from typing import Any, Final, NamedTuple
from uuid import UUID, SafeUUID

from sqlalchemy import Column, Connection, Table

from fittrack.db.journal.load import Call
from fittrack.db.journal.unit import PeerRow, Unit
from fittrack.db.tables import metadata

LENGTH: Final = Struct("=Q")
"""What goes before each message: its length in bytes."""


def _table(name: str) -> Table:
    return metadata.tables[name]


def _column(table: str, key: str) -> Column[Any]:
    return metadata.tables[table].columns[key]


def _of_table(table: Table) -> Any:
    if metadata.tables.get(table.name) is table:
        return _table, (table.name,)
    raise pickle.PicklingError(f"{table.name} is none of the schema's tables")


def _of_column(column: Column[Any]) -> Any:
    table: Any = column.table
    if isinstance(table, Table) and metadata.tables.get(table.name) is table:
        return _column, (table.name, column.key)
    return column.__reduce_ex__(pickle.HIGHEST_PROTOCOL)


# What each purchase consists of; pickle's own ways for these cost four times as much.

_unit_fields = attrgetter(*Unit.__slots__)
_peer_fields = attrgetter(*PeerRow.__slots__)


def _of_unit(unit: Unit) -> Any:
    return _unit, _unit_fields(unit)


def _unit(*fields: Any) -> Unit:
    unit = Unit.__new__(Unit)
    (
        unit.answer, unit.created_at, unit.entry, unit.idem_key, unit.inserts, unit.kind, unit.peer,
        unit.request_hash, unit.statements, unit.unit_id, unit.upserts,
    ) = fields  # fmt: skip
    return unit


def _of_peer(peer: PeerRow) -> Any:
    return _peer, _peer_fields(peer)


def _peer(*fields: Any) -> PeerRow:
    peer = PeerRow.__new__(PeerRow)
    (
        peer.answer, peer.created_at, peer.entry, peer.idem_key, peer.key, peer.kind, peer.log,
        peer.prev_unit, peer.request_hash, peer.rev, peer.unit_id,
    ) = fields  # fmt: skip
    return peer


def _of_uuid(value: UUID) -> Any:
    return _uuid, (value.int,)


def _uuid(number: int) -> UUID:
    value = UUID.__new__(UUID)
    _set(value, "int", number)  # as UUID does in its __init__, whose checks cost more than the rest
    _set(value, "is_safe", _UNKNOWN)
    return value


_set = object.__setattr__
_UNKNOWN = SafeUUID.unknown  # looked up once: an enum makes an event of it


class _Pickler(pickle.Pickler):
    # By type, not `persistent_id`: that would be a call for each value of each row.
    dispatch_table = copyreg.dispatch_table | {
        Table: _of_table,
        Column: _of_column,
        Unit: _of_unit,
        PeerRow: _of_peer,
        UUID: _of_uuid,
    }


def dumps(message: object) -> bytes:
    """`message` as bytes. Raises what pickle raises for what cannot travel."""
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(message)
    return buffer.getvalue()


def loads(data: bytes | memoryview) -> Any:
    """The message again."""
    return pickle.loads(data)  # noqa: S301 - our own program's, see above


class PickledCall(NamedTuple):
    """A job, pickled for itself: only its own caller is concerned when it, or its result, cannot be read.

    In a thread as well: what works in tests, works under `fittrack serve`.
    """

    call: bytes

    @classmethod
    def of(cls, fn: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> "PickledCall":
        """Raises what pickle raises for what cannot travel."""
        return cls(dumps(Call(fn, args, kwargs)))

    def run(self, connection: Connection) -> bytes:
        """What the call returns: a result that cannot travel undoes the job."""
        call: Call = loads(self.call)
        return dumps(call.fn(connection, *call.args, **call.kwargs))


class Reader:
    """Finds the messages in what arrives."""

    def __init__(self, on_message: Callable[[Any], None]) -> None:
        self._on_message = on_message
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take what arrived; each whole message is told."""
        buffer = self._buffer
        buffer += data
        while len(buffer) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(buffer)[0]
            if len(buffer) < end:
                return
            message = bytes(memoryview(buffer)[LENGTH.size : end])
            del buffer[:end]
            self._on_message(loads(message))


def frame(message: bytes) -> bytes:
    """`message` as it is sent."""
    return LENGTH.pack(len(message)) + message
