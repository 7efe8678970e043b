"""The listener: one thread for each connection, one file of SQLite for each user."""

import re
import secrets
import socket
import ssl
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import apsw

from tests.oracle_net.engine import forget_catalog
from tests.oracle_net.errors import OraError
from tests.oracle_net.faults import Step
from tests.oracle_net.packets import Wire
from tests.oracle_net.schema import Schema
from tests.oracle_net.session import Session

SERVICE = "FREEPDB1"
ADMINISTRATOR = "SYSTEM"
CONNECTIONS_WAITING_MAX = 128
FAILED_LOGIN_ATTEMPTS = 10
"""As in Oracle's DEFAULT profile."""
_CREATE_USER = re.compile(
    r'\s*CREATE\s+USER\s+(\w+)\s+IDENTIFIED\s+BY\s+"([^"]+)".*', re.IGNORECASE | re.DOTALL
)
_ALTER_USER = re.compile(
    r'\s*ALTER\s+USER\s+(\w+)\s+(?:IDENTIFIED\s+BY\s+"([^"]+)"|ACCOUNT\s+(UNLOCK))\s*', re.IGNORECASE
)
_DROP_USER = re.compile(r"\s*DROP\s+USER\s+(\w+)(\s+CASCADE)?\s*", re.IGNORECASE)
_COPY = re.compile(r"\s*BEGIN\s+test_server\.copy\('(\w+)',\s*'(\w+)'\);\s*END;\s*", re.IGNORECASE)
_GRANT = re.compile(r"\s*GRANT\s+.*", re.IGNORECASE | re.DOTALL)


class Server:
    """Users, their schemas, and who is connected."""

    service = SERVICE

    def __init__(
        self, folder: Path, password: str, *, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._folder, self._tls = folder, tls
        self._lock = threading.Lock()
        self._passwords: dict[str, str] = {}
        self._schemas: dict[str, Schema] = {}
        self._failed: Counter[str] = Counter()
        """How often each user failed to sign in since it last did."""
        self._create_user(ADMINISTRATOR, password)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=CONNECTIONS_WAITING_MAX)
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Accept connections for ever."""
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
        except OSError:  # it did not like our certificate
            connection.close()
            return
        wire = Wire(connection)
        try:
            Session(wire, self).serve()
        finally:
            wire.close()

    def password_of(self, user: str) -> str:
        return self._passwords.get(user.upper(), secrets.token_hex())

    def refusal_of(self, user: str, *, is_right: bool) -> OraError | None:
        """Whoever fails too often is locked."""
        user = user.upper()
        with self._lock:
            if self._failed[user] >= FAILED_LOGIN_ATTEMPTS:
                return OraError(28000, "The account is locked.")
            if not is_right:
                self._failed[user] += 1
                return OraError(1017, "invalid credential or not authorized; logon denied")
            del self._failed[user]
        fault = self.schema_of(user).faults.at(Step.SIGN_IN)
        return OraError(fault, "arranged at sign in") if isinstance(fault, int) else None

    def schema_of(self, user: str) -> Schema:
        schema = self._schemas.get(user.upper())
        if schema is None:
            raise OraError(1435, "user does not exist")
        return schema

    def administer(self, sql: str) -> bool:
        """Users come and go by Oracle's own statements; schemas are copied by a procedure of our own.

        What is granted is not looked at.
        """
        if found := _CREATE_USER.fullmatch(sql):
            self._create_user(found[1].upper(), found[2])
        elif found := _ALTER_USER.fullmatch(sql):
            self._alter_user(found[1].upper(), found[2])
        elif found := _DROP_USER.fullmatch(sql):
            self._drop_user(found[1].upper())
        elif found := _COPY.fullmatch(sql):
            self._copy(self.schema_of(found[1]), self.schema_of(found[2]))
        else:
            return _GRANT.fullmatch(sql) is not None
        return True

    def _create_user(self, user: str, password: str) -> None:
        with self._lock:
            if user in self._passwords:
                raise OraError(1920, f"user name '{user}' conflicts with another user or role name")
            self._schemas[user] = Schema(user, self._folder / f"{user}.db")
            self._passwords[user] = password

    def _alter_user(self, user: str, password: str | None) -> None:
        """Another password; none unlocks the user."""
        with self._lock:
            if password is None:
                del self._failed[user]
            else:
                self._passwords[user] = password

    def _copy(self, source: Schema, target: Schema) -> None:
        """Make an empty schema like another one, with what is committed there."""
        if target.tables:
            raise OraError(955, "name is already used by an existing object")
        with (
            closing(apsw.Connection(str(source.file))) as old,
            closing(apsw.Connection(str(target.file))) as new,
        ):
            with new.backup("main", old, "main") as backup:
                backup.step()
            forget_catalog(new)
        target.become_like(source)

    def _drop_user(self, user: str) -> None:
        with self._lock:
            if self._passwords.pop(user, None) is None:
                raise OraError(1918, f"user '{user}' does not exist")
            schema = self._schemas.pop(user)
        for file in schema.file.parent.glob(f"{user}.db*"):
            file.unlink()
