"""What is sent to databases, written as Oracle would be sent it.

Processes that tests start load it too: it needs neither the lint nor a parser.

The listener looks at the text that goes to a cursor: a text that was seen before costs one look into a set,
so that a whole run of the tests can be listened to.
"""

import re
import sys
from typing import Any

from sqlalchemy import Engine, TextClause, event, make_url
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ReleaseSavepointClause

from fittrack.db.oracle.compiling import Compiler
from tests.sent import ROOT

ORACLE = make_url("oracle+oracledb://").get_dialect()()
ORACLE.statement_compiler = Compiler
ORACLE.server_version_info = (23, 9)
ORACLE.supports_native_boolean = ORACLE._supports_oracle_json = True
_LATER = re.compile(r"__\[POSTCOMPILE_(\w+)(?:~~.*?~~)?\]")
DIALECTS = "/sqlalchemy/dialects/"
"""What a dialect asks of a catalogue is written for its own database, by itself."""

NOT_COMPILED = "-- cannot be written for Oracle: "


def for_oracle(clause: ClauseElement, column_keys: list[str] | None = None) -> str:
    """The text that Oracle would be sent; lists of unknown length hold two values."""
    compiled = clause.compile(dialect=ORACLE, column_keys=column_keys)
    assert isinstance(compiled, SQLCompiler)
    numbers = {compiled.bind_names[bind]: bind.effective_value for bind in compiled.literal_execute_params}

    def written(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in numbers:
            return "1" if numbers[name] == 1 else "7"  # one row is another thing than several
        return f":{name}_1, :{name}_2"

    return _LATER.sub(written, str(compiled))


class Recorder:
    """Listens to engines, and keeps each statement once; of those alone that code in `sent_by` sends.

    What `not_by` has sent through it (a test's own function, called by the journal) does not count.
    """

    def __init__(
        self,
        statements: set[str] | None = None,
        *,
        sent_by: tuple[str, ...] = ("",),
        not_by: tuple[str, ...] = (),
    ) -> None:
        self.statements: set[str] = set() if statements is None else statements
        self._texts: set[str] = set()
        self._sent_by = sent_by
        self._not_by = not_by

    def listen(self, target: Any) -> None:
        """From now on, to an engine or to the class of all of them."""
        event.listen(target, "before_cursor_execute", self._note)

    def _note(
        self, _conn: object, _cursor: object, _text: str, _params: object, context: Any, _many: bool
    ) -> None:
        compiled = context.compiled
        if compiled is None or compiled.string in self._texts or not self._is_ours():
            return
        self._texts.add(compiled.string)
        if not isinstance(compiled, SQLCompiler) or compiled.statement is None:
            return
        if isinstance(compiled.statement, ReleaseSavepointClause | TextClause):
            return  # Oracle's dialect releases no savepoint; and text is of one database alone
        try:
            self.statements.add(for_oracle(compiled.statement, compiled.column_keys))
        except CompileError as error:
            self.statements.add(f"{NOT_COMPILED}{error}\n{compiled.string}")

    def _is_ours(self) -> bool:
        """Whether the statement comes from code in `sent_by`, which is asked once for each text."""
        frame = sys._getframe(2)
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(self._not_by) or DIALECTS in file:
                return False
            if file.startswith(self._sent_by):
                return True
            frame = frame.f_back  # type: ignore[assignment]
        return False


def of_product(statements: set[str] | None = None) -> Recorder:
    """What the product sends, from now on; into `statements`."""
    recorder = Recorder(
        statements, sent_by=(f"{ROOT}/fittrack/", f"{ROOT}/actors/"), not_by=(f"{ROOT}/tests/",)
    )
    recorder.listen(Engine)
    return recorder
