"""One text for each query, whatever page and however many values: each new one costs Oracle a hard parse.

SQLAlchemy writes the numbers of a page into the text, and as many binds as a list has values.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final

from sqlalchemy.dialects.oracle.cx_oracle import OracleCompiler_cx_oracle as OfTheDriver

LIST_MAX: Final = 1_000
"""Elements that Oracle takes in a list."""


def padded(values: Sequence[Any]) -> Sequence[Any]:
    """Values of a list, the last one repeated up to a power of two: of a thousand lengths eleven are left."""
    wanted = min(1 << (len(values) - 1).bit_length(), LIST_MAX)
    return [*values, *repeat(values[-1], wanted - len(values))]


class Compiler(OfTheDriver):  # type: ignore[no-untyped-call, misc, unused-ignore]
    """Of Oracle's dialect: pages are bound, and lists come in few lengths."""

    def fetch_clause(self, select: Any, *args: Any, **kw: Any) -> str:
        """A limit without an offset stays in the text: it is the program's own, and plans may rely on it."""
        if select._offset_clause is not None:
            kw["use_literal_execute_for_simple_int"] = False
        text: str = super().fetch_clause(select, *args, **kw)  # type: ignore[no-untyped-call]
        return text

    def _literal_execute_expanding_parameter(
        self, name: str, parameter: Any, values: Sequence[Any], **kw: Any
    ) -> Any:
        listed = padded(values) if values else values
        expand = super()._literal_execute_expanding_parameter
        return expand(name, parameter, listed, **kw)  # type: ignore[no-untyped-call]
