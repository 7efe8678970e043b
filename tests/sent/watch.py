"""From which lines of code statements are built."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import CompoundSelect, Delete, Insert, Select, TextClause, Update

CONSTRUCTS = (Select, CompoundSelect, Insert, Update, Delete, TextClause)


class Watch:
    """Notes from which lines statements are built, while the process lives."""

    def __init__(self, root: Path, lines: set[tuple[str, int]] | None = None) -> None:
        self._root = f"{root}/"
        self.lines: set[tuple[str, int]] = set() if lines is None else lines

    def start(self) -> None:
        for construct in CONSTRUCTS:
            construct.__init__ = self._watched(construct.__init__)  # type: ignore[method-assign]

    def _watched(self, init: Callable[..., None]) -> Callable[..., None]:
        root, lines = self._root, self.lines

        def watched(construct: Any, *args: Any, **kwargs: Any) -> None:
            init(construct, *args, **kwargs)
            frame = sys._getframe(1)
            for _ in range(4):  # the constructors of SQLAlchemy, then who called them
                name = frame.f_code.co_filename
                if name.startswith(root) and "/site-packages/" not in name:
                    lines.add((name[len(root) :], frame.f_lineno))
                    return
                if frame.f_back is None:
                    return
                frame = frame.f_back

        return watched
