"""One connection, from the first packet to the last: requests are served one after the other."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from tests.oracle_net.codec import Reader, Writer
from tests.oracle_net.engine import Engine
from tests.oracle_net.errors import CANCELLED, OraError
from tests.oracle_net.faults import DELAY_S, Fault, Step
from tests.oracle_net.handshake import Users, sign_in
from tests.oracle_net.messages import (
    OUT_OF_DATA,
    Column,
    Execute,
    Function,
    Message,
    Option,
    read_execute,
    read_header,
    read_piggyback,
    read_rows,
    write_description,
    write_error,
    write_returned,
    write_rows,
    write_status,
)
from tests.oracle_net.packets import Broken, Disconnected, Packet, Wire
from tests.oracle_net.schema import Schema
from tests.oracle_net.statement import Does, Statement, statement
from tests.oracle_net.values import LOBS, Shape, Value

CANCELLED_BY_USER = OraError(CANCELLED, "User requested cancel of current operation.")
INVALID_CURSOR = OraError(1001, "invalid cursor")


class Accounts(Users, Protocol):
    """The users, and what is theirs."""

    def schema_of(self, user: str) -> Schema: ...

    def administer(self, sql: str) -> bool:
        """Do what only administrators can; whether it was that."""


@dataclass(slots=True)
class Cursor:
    """A statement that a client keeps open."""

    number: int
    asked: Statement
    binds: list[Shape] = field(default_factory=list)
    defines: list[Shape] = field(default_factory=list)
    columns: list[Column] | None = None
    rows: list[tuple[Value, ...]] = field(default_factory=list)
    at: int = 0

    def take(self, wanted: int) -> list[tuple[Value, ...]]:
        """The next rows."""
        rows = self.rows[self.at : self.at + max(wanted, 1)]
        self.at += len(rows)
        return rows

    def executions(self, asked_for: int) -> int:
        """How many rows of binds come with it. Of a query the client says how many rows it wants."""
        return max(asked_for, 1) if self.asked.does is Does.CHANGE else 1

    @property
    def waits_for_define(self) -> bool:
        """Whether LOBs are among the columns: the client asks for them once it has said how."""
        return not self.defines and any(column.kind in LOBS for column in self.columns or ())


def _unknown_call(_request: Reader, _reply: Writer) -> None:
    raise OraError(3001, "unimplemented feature: a call of a kind that nobody needed so far")


class Session:
    """Serves one client until it leaves."""

    def __init__(self, wire: Wire, accounts: Accounts) -> None:
        self._wire, self._accounts = wire, accounts
        self._cursors: dict[int, Cursor] = {}
        self._numbers = count(1)
        self._sequence = 0
        self._unknown_schema: OraError | None = None
        self._calls: dict[int, Callable[[Reader, Writer], None]] = {
            Function.EXECUTE: self._execute,
            Function.REEXECUTE: self._reexecute,
            Function.REEXECUTE_AND_FETCH: self._reexecute_and_fetch,
            Function.FETCH: self._fetch,
            Function.COMMIT: self._commit,
            Function.ROLLBACK: self._rollback,
            Function.PING: self._ping,
            Function.LOGOFF: self._rollback,
        }

    def serve(self) -> None:
        """Until the client leaves, or a fault cuts it off."""
        try:
            self._open(sign_in(self._wire, self._accounts))
        except (Disconnected, OSError):
            return
        try:
            while True:
                self._serve_one()
        except (Disconnected, OSError):
            pass
        finally:
            self._engine.close()

    def _open(self, user: str) -> None:
        self._schema = self._accounts.schema_of(user)
        self._engine = Engine(self._schema, self._wire.is_interrupted)

    def _serve_one(self) -> None:
        try:
            request = Reader(self._wire.data(), self._wire.data)
            function = self._read_function(request)
            self._wire.reply(self._answer(function, request))
        except Broken:
            self._break()

    def _read_function(self, request: Reader) -> int:
        while (kind := request.u8()) == Message.PIGGYBACK:
            said = read_piggyback(request)
            for number in said.closed:
                self._cursors.pop(number, None)
            if said.schema:
                self._change_schema(said.schema)
        if kind != Message.FUNCTION:
            raise Disconnected
        function, self._sequence = read_header(request)
        return function

    def _change_schema(self, name: str) -> None:
        try:
            self._accounts.schema_of(name)
        except OraError as error:  # the call that it came with is answered so
            self._unknown_schema = error
            return
        self._engine.close()
        self._open(name)

    def _answer(self, function: int, request: Reader) -> Writer:
        reply = Writer()
        call = self._calls.get(function, _unknown_call)
        unknown, self._unknown_schema = self._unknown_schema, None
        try:
            if unknown is not None:
                return self._failed(unknown)
            call(request, reply)
        except OraError as error:
            if error.code == CANCELLED:
                raise Broken from error
            return self._failed(error)
        except (Broken, Disconnected, OSError):
            raise
        except Exception as error:  # whoever reads the test's output learns where
            traceback.print_exc()
            return self._failed(OraError(3001, f"unimplemented feature: {error!r}"))
        return reply

    def _failed(self, error: OraError) -> Writer:
        reply = Writer()
        self._end(reply, error)
        return reply

    def _break(self) -> None:
        """The client broke a call: its marker, ours, its reset, ours, and the error that it waits for."""
        if self._wire.is_interrupted():  # the marker was seen while the statement ran, and is to be read
            kind, _ = self._wire.receive()
            if kind != Packet.MARKER:
                raise Disconnected
        self._wire.acknowledge_break()
        self._wire.reply(self._failed(CANCELLED_BY_USER))

    # Calls

    def _execute(self, request: Reader, reply: Writer) -> None:
        asked = read_execute(request)
        cursor = self._cursor(asked)
        cursor.defines = asked.defines or cursor.defines
        cursor.binds = asked.binds or cursor.binds
        rows = read_rows(request, asked.binds[: cursor.asked.binds], cursor.executions(asked.executions))
        expected = cursor.asked.binds + cursor.asked.returned
        if Option.EXECUTE in asked.options and len(cursor.binds) != expected:
            raise OraError(1008, "not all variables bound")
        self._run(reply, cursor, rows, asked.options, asked.rows_wanted)

    def _cursor(self, asked: Execute) -> Cursor:
        if asked.sql is None:
            return self._known(asked.cursor_id)
        cursor = Cursor(asked.cursor_id or next(self._numbers), statement(asked.sql))
        self._cursors[cursor.number] = cursor
        return cursor

    def _known(self, number: int) -> Cursor:
        cursor = self._cursors.get(number)
        if cursor is None:
            raise INVALID_CURSOR
        return cursor

    def _reexecute(self, request: Reader, reply: Writer) -> None:
        self._again(request, reply, Option.EXECUTE)

    def _reexecute_and_fetch(self, request: Reader, reply: Writer) -> None:
        self._again(request, reply, Option.EXECUTE | Option.FETCH)

    def _again(self, request: Reader, reply: Writer, options: Option) -> None:
        cursor, executions = self._known(request.whole()), request.whole()
        request.skip_wholes(2)
        rows = read_rows(request, cursor.binds[: cursor.asked.binds], cursor.executions(executions))
        self._run(reply, cursor, rows, options, executions)

    def _run(
        self, reply: Writer, cursor: Cursor, rows: list[list[Value]], options: Option, wanted: int
    ) -> None:
        does = cursor.asked.does
        if does is Does.QUERY:
            self._query(reply, cursor, rows[0], options, wanted)
        elif does is Does.CHANGE:
            self._change(reply, cursor, rows)
        elif does is Does.BLOCK:
            if not self._accounts.administer(cursor.asked.sql):
                self._block(cursor.asked.sql)
            self._end(reply, cursor=cursor)
        else:
            self._come_to(Step.DEFINE)
            if not self._accounts.administer(cursor.asked.sql):
                self._engine.define(cursor.asked.sql)
            self._end(reply, cursor=cursor)

    def _query(self, reply: Writer, cursor: Cursor, binds: list[Value], options: Option, wanted: int) -> None:
        if Option.EXECUTE in options:
            self._come_to(Step.QUERY)
            found = self._engine.query(cursor.asked, binds)
            self._come_from(Step.QUERY)
            cursor.rows, cursor.at = found.rows, 0
            if found.columns != cursor.columns or Option.PARSE in options:
                cursor.columns = found.columns
                write_description(reply, found.columns)
        if options & (Option.FETCH | Option.DEFINE) and not cursor.waits_for_define:
            self._send_rows(reply, cursor, wanted)
        else:
            self._end(reply, cursor=cursor)

    def _change(self, reply: Writer, cursor: Cursor, rows: list[list[Value]]) -> None:
        """One execution for each row of binds. Those before one that fails stand, as on Oracle."""
        self._come_to(Step.CHANGE)
        changed = 0
        returned = []
        for row in rows:
            try:
                count_of_rows, values = self._engine.change(cursor.asked, row)
                changed += count_of_rows
                returned.append(values)
            except OraError as error:
                if error.code == CANCELLED:
                    raise
                self._end(reply, error, cursor=cursor, rows=changed)
                return
        self._come_from(Step.CHANGE)
        if cursor.asked.returned:
            write_returned(reply, returned, cursor.binds[cursor.asked.binds :])
        self._end(reply, cursor=cursor, rows=changed)

    def _block(self, sql: str) -> None:
        known = self._schema.faults.arrange(sql) or self._schema.waiting.awaited(sql)
        known = known or self._engine.raises_errors(sql)
        if not known and sql.strip().upper() != "BEGIN NULL; END;":
            raise OraError(6550, "line 1, column 1: PL/SQL: Statement ignored")

    def _fetch(self, request: Reader, reply: Writer) -> None:
        cursor, wanted = self._known(request.whole()), request.whole()
        self._send_rows(reply, cursor, wanted)

    def _send_rows(self, reply: Writer, cursor: Cursor, wanted: int) -> None:
        write_rows(reply, cursor.take(wanted), cursor.columns or [], cursor.defines)
        is_over = cursor.at >= len(cursor.rows)
        self._end(reply, OUT_OF_DATA if is_over else None, cursor=cursor, rows=cursor.at)

    def _commit(self, _request: Reader, reply: Writer) -> None:
        self._come_to(Step.COMMIT)
        self._engine.commit()
        self._come_from(Step.COMMIT)
        self._done(reply)

    def _rollback(self, _request: Reader, reply: Writer) -> None:
        self._engine.rollback()
        self._done(reply)

    def _ping(self, _request: Reader, reply: Writer) -> None:
        self._come_to(Step.PING)
        self._done(reply)

    # Faults and ends

    def _come_to(self, step: Step) -> None:
        self._fault = self._schema.faults.at(step)
        if isinstance(self._fault, int):
            raise OraError(self._fault, f"arranged at {step.value}")
        if self._fault is Fault.CUT:
            raise Disconnected
        if self._fault is Fault.STALL or (
            self._fault is Fault.DELAY and self._wire.is_interrupted(within_s=DELAY_S)
        ):
            self._wire.data()  # nothing comes but a break, or the end
            raise Disconnected

    def _come_from(self, _step: Step) -> None:
        if self._fault is Fault.CUT_AFTER:
            raise Disconnected

    def _done(self, reply: Writer) -> None:
        write_status(reply, sequence=self._sequence, in_transaction=self._engine.in_transaction)

    def _end(
        self, reply: Writer, error: OraError | None = None, *, cursor: Cursor | None = None, rows: int = 0
    ) -> None:
        write_error(
            reply,
            error,
            sequence=self._sequence,
            in_transaction=self._engine.in_transaction,
            cursor_id=cursor.number if cursor else 0,
            row_count=rows,
        )
