"""Asking boards, from wherever a registry is."""

from actors.runtime import Registry
from fittrack.kit.ids import UserId
from fittrack.leaderboards.messages import BOARD, BoardView, ViewBoard, ViewTop
from fittrack.leaderboards.periods import BoardId
from fittrack.server.ports import Snapshot


async def view(
    registry: Registry, board: BoardId, user_id: UserId, *, offset: int = 0, limit: int = 0
) -> BoardView:
    """A page of a board, and where a player stands on it."""
    seen: BoardView = await registry.ref(BOARD, str(board)).ask(ViewBoard(user_id, offset, limit))
    return seen


async def top(registry: Registry, board: BoardId) -> Snapshot:
    """What a board's channel shows."""
    seen: Snapshot = await registry.ref(BOARD, str(board)).ask(ViewTop())
    return seen
