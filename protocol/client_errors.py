"""What can go wrong for a user of the reference client."""

from collections.abc import Mapping


class ClientProblem(Exception):  # noqa: N818 - like the server's problems
    """Any of them."""


class StreamGap(ClientProblem):
    """An event came without its predecessors: only a resume can tell what was missed."""


class OutboxFull(ClientProblem):
    """Too many requests wait for a connection."""


class Disconnected(ClientProblem):
    """The connection went away before an answer that only it could have brought."""


class Stopped(ClientProblem):
    """The client will not come back by itself: the server sent it away, or it was closed.

    `code` is the WebSocket's close code (see `close_codes`), or the HTTP status of a refused upgrade.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason


class CommandRefused(ClientProblem):
    """The server's `err`: `code` is one of the problem catalogue, `data` the whole of it."""

    def __init__(self, code: str, status: int, detail: str, data: Mapping[str, object]) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.status = status
        self.detail = detail
        self.data = data
