"""What both databases share: one SQLAlchemy connection, its transaction and its savepoint."""

import structlog
from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger(__name__)


class OneConnection:
    """Keeps one connection of `engine` as long as it is sound, and opens another when it is not."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def begin(self) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            self._connection.begin()
        except DBAPIError:
            self.abandon()
            raise

    def connection(self) -> Connection:
        assert self._connection is not None, "begin() comes first"
        return self._connection

    def execute(self, statement: Executable) -> None:
        self.connection().execute(statement)

    def commit(self) -> None:
        self.connection().commit()

    def may_write_again(self, error: BaseException) -> bool:
        return self._connection is not None and self._connection.invalidated

    def rollback(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.rollback()
        except DBAPIError as error:
            log.warning("rollback failed, connection dropped", error=str(error))
            self.abandon()
            return
        if self._connection.invalidated:
            self.abandon()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def abandon(self) -> None:
        """Close the connection for good, and with it its transaction, once the server knows.

        A server that hears of it (the socket is closed) undoes the transaction at once. One that does not,
        since the network was cut, holds its rows until it looks; whoever wants the same rows waits meanwhile,
        no longer than a call may take. How soon it looks is the server's setting (docs/oracle.md).
        """
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.invalidate()
            connection.close()
        except DBAPIError as error:
            log.warning("a broken connection did not close cleanly", error=str(error))


def driver_error(error: BaseException) -> BaseException:
    """The driver's own exception behind SQLAlchemy's."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, BaseException):
        return error.orig
    return error
