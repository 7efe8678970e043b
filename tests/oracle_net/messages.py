"""Requests of the two-task protocol as values, and the replies to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag

from tests.oracle_net.codec import Reader, Writer
from tests.oracle_net.errors import OraError
from tests.oracle_net.values import LOBS, TEXTS, Kind, Shape, Value, read_value, write_value


class Message(IntEnum):
    """Types of messages."""

    PROTOCOL = 1
    DATA_TYPES = 2
    FUNCTION = 3
    ERROR = 4
    ROW_HEADER = 6
    ROW = 7
    PARAMETERS = 8
    STATUS = 9
    WARNING = 15
    DESCRIPTION = 16
    PIGGYBACK = 17
    FAST_AUTH = 34


class Function(IntEnum):
    """What a client asks for."""

    REEXECUTE = 4
    FETCH = 5
    LOGOFF = 9
    COMMIT = 14
    ROLLBACK = 15
    REEXECUTE_AND_FETCH = 78
    EXECUTE = 94
    PING = 147


class Piggyback(IntEnum):
    """What a client says in passing, before its request."""

    CLOSE_CURSORS = 105
    USE_SCHEMA = 152
    SESSION_STATE = 176


class Option(IntFlag):
    """What is to be done with a statement."""

    PARSE = 0x01
    DEFINE = 0x10
    EXECUTE = 0x20
    FETCH = 0x40


class Header(Enum):
    """What stands before a function's own fields: a token too, once the field version is agreed upon."""

    EARLY = "early"
    FULL = "full"


ARRAY_DML_FIELDS = 13
EXECUTIONS_FIELD = 1
IN_TRANSACTION = 2
OUT_OF_DATA = OraError(1403, "no data found")
LONGEST_BIND = 4_000
"""Bytes: larger ones come behind the others."""
BUFFER_BYTES = {
    Kind.NUMBER: 22,
    Kind.DATE: 7,
    Kind.TIMESTAMP: 11,
    Kind.TIMESTAMP_TZ: 13,
    Kind.BINARY_DOUBLE: 8,
}
UTF_8 = 873
BYTES_OF_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Column:
    """What is told of a column of a query."""

    name: str
    kind: Kind
    size: int = 0
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Execute:
    """A request to parse, execute, define or fetch, up to the values of its binds."""

    options: Option
    cursor_id: int
    sql: str | None
    rows_wanted: int
    executions: int
    defines: list[Shape]
    binds: list[Shape]


def read_header(request: Reader, header: Header = Header.FULL) -> tuple[int, int]:
    """The function, and the number of the call."""
    function, sequence = request.u8(), request.u8()
    if header is Header.FULL:
        request.whole()  # a token, for pipelines
    return function, sequence


def read_execute(request: Reader) -> Execute:
    """Everything of an EXECUTE but the values that are bound."""
    options, cursor_id = Option(request.whole()), request.whole()
    for is_byte in (True, False, True, False, True, True):
        request.u8() if is_byte else request.whole()
    request.whole()
    rows_wanted = request.whole()
    request.whole()
    request.u8()
    bind_count = request.whole()
    request.raw(5)
    has_defines, define_count = request.u8(), request.whole()
    request.whole()
    request.raw(3)
    request.whole()
    request.u8()
    request.skip_wholes(2)
    for is_byte in (True, False, True, True, False, True, False, True, True, False):
        request.u8() if is_byte else request.whole()
    sql = (request.chunked() or b"").decode() if options & Option.PARSE else None
    fields = [request.whole() for _ in range(ARRAY_DML_FIELDS)]
    defines = [read_shape(request) for _ in range(define_count)] if has_defines else []
    binds = [read_shape(request) for _ in range(bind_count)]
    return Execute(options, cursor_id, sql, rows_wanted, fields[EXECUTIONS_FIELD], defines, binds)


def read_shape(request: Reader) -> Shape:
    """What is told of a bind, or of a column that is defined."""
    kind = request.u8()
    request.raw(3)
    size = request.whole()
    request.skip_wholes(2)
    if request.whole():
        request.chunked()
    request.skip_wholes(2)
    charset_form = request.u8()
    request.skip_wholes(2)
    try:
        return Shape(Kind(kind), size, charset_form)
    except ValueError:
        raise OraError(3001, f"unimplemented feature: binds of type {kind}") from None


def read_rows(request: Reader, binds: Sequence[Shape], count: int) -> list[list[Value]]:
    """The values of `count` executions, in the order of the binds."""
    if not binds:
        return [[] for _ in range(count)]
    return [_read_row(request, binds) for _ in range(count)]


def _read_row(request: Reader, binds: Sequence[Shape]) -> list[Value]:
    if request.u8() != Message.ROW:
        raise OraError(3001, "unimplemented feature: something else than a row of binds")
    row: list[Value] = [None] * len(binds)
    late = [at for at, shape in enumerate(binds) if shape.size > LONGEST_BIND]
    for at in [*(at for at in range(len(binds)) if at not in late), *late]:
        row[at] = read_value(request, binds[at])
    return row


@dataclass(frozen=True, slots=True)
class InPassing:
    """What is said before a request: cursors that are to be closed, whose tables are meant from now on."""

    closed: Sequence[int] = ()
    schema: str = ""


def read_piggyback(request: Reader) -> InPassing:
    """Read what is said in passing."""
    code, _ = read_header(request)
    if code == Piggyback.CLOSE_CURSORS:
        request.u8()
        return InPassing(closed=[request.whole() for _ in range(request.whole())])
    if code == Piggyback.USE_SCHEMA:
        request.u8()
        return InPassing(schema=request.text())
    if code == Piggyback.SESSION_STATE:
        request.whole()
        return InPassing()
    raise OraError(3001, f"unimplemented feature: piggyback {code}")


def write_status(reply: Writer, *, sequence: int = 0, in_transaction: bool = False) -> None:
    """The end of a call that returns nothing."""
    reply.u8(Message.STATUS)
    reply.whole(_call_status(in_transaction), sequence)


def write_error(
    reply: Writer,
    error: OraError | None = None,
    *,
    sequence: int = 0,
    in_transaction: bool = False,
    cursor_id: int = 0,
    row_count: int = 0,
) -> None:
    """The end of a call that has a cursor: how many rows, and what went wrong, if anything did."""
    code = error.code if error else 0
    reply.u8(Message.ERROR)
    reply.whole(_call_status(in_transaction), sequence, row_count, code, 0, 0, cursor_id)
    reply.whole(error.position if error else 0)
    reply += bytes(6)
    reply.whole(0, 0)  # no row id, no error of the operating system, and the like
    reply.u8(0)
    reply.whole(0, 0, 0)
    reply.u8(0, 0)
    reply.whole(0, 0, 0)
    reply.whole(0, 0, 0)  # no errors of a batch: neither codes nor offsets nor texts
    reply.whole(code, row_count)
    reply.whole(0, 0)
    if error:
        reply.chunked(f"{error}\n".encode())


def _call_status(in_transaction: bool) -> int:
    return IN_TRANSACTION if in_transaction else 0


def write_description(reply: Writer, columns: Sequence[Column]) -> None:
    """What a query's columns are."""
    reply.u8(Message.DESCRIPTION, 0)
    reply.whole(1_000, len(columns))
    if columns:
        reply.u8(0)
    for position, column in enumerate(columns, 1):
        _write_column(reply, column, position)
    reply.whole(0, 0, 0, 0, 0, 0)


def _write_column(reply: Writer, column: Column, position: int) -> None:
    is_text = column.kind in (*TEXTS, Kind.CLOB)
    size = column.size or LONGEST_BIND
    buffer = BUFFER_BYTES.get(column.kind, size * BYTES_OF_CHARACTER if is_text else size)
    reply.u8(column.kind, 0, column.precision, column.scale)
    reply.whole(buffer, 0, 0, 0, 0, UTF_8 if is_text else 0)
    reply.u8(1 if is_text else 0)
    reply.whole(size if column.kind in TEXTS else 0, 0)
    reply.u8(1, len(column.name))
    reply.text(column.name)
    reply.text("")
    reply.text("")
    reply.whole(position, 0)
    reply.whole(0, 0)  # its domain
    reply.whole(0)  # annotations
    reply.whole(0)  # of a vector
    reply.u8(0, 0)


def write_rows(
    reply: Writer, rows: Sequence[Sequence[object]], columns: Sequence[Column], defines: Sequence[Shape]
) -> None:
    """Rows of a query. What is defined as LONG, a LOB, comes so; scalars keep their own form."""
    if not rows:
        return
    shapes = [_shape_of(column, defines[at] if defines else None) for at, column in enumerate(columns)]
    reply.u8(Message.ROW_HEADER, 0)
    reply.whole(0, 0, 0, 0, 0, 0)
    for row in rows:
        reply.u8(Message.ROW)
        for value, shape in zip(row, shapes, strict=True):
            write_value(reply, value, shape)
            if shape.kind in (Kind.LONG, Kind.LONG_RAW):
                reply.whole(0, 0)


def write_returned(
    reply: Writer, executions: Sequence[Sequence[Sequence[object]]], shapes: Sequence[Shape]
) -> None:
    """What RETURNING says: of each execution, for each bind behind INTO, a value for each row."""
    for rows in executions:
        reply.u8(Message.ROW)
        for at, shape in enumerate(shapes):
            reply.whole(len(rows))
            for row in rows:
                write_value(reply, row[at], shape)
                reply.whole(0)


def _shape_of(column: Column, define: Shape | None) -> Shape:
    if define is None or column.kind not in LOBS:
        return Shape(column.kind, column.size)
    return Shape(Kind.LONG_RAW if column.kind is Kind.BLOB else Kind.LONG, 0, define.charset_form)
