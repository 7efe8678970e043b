"""Every statement that the product sends while the tests run must be one that Oracle takes.

A plugin of pytest: each process that runs tests listens to its databases, and so does each process of the
product that a test starts (`tests.sent`); at the end the faults are printed and fail the run. When every test
ran, functions that build statements and did so nowhere fail it too: what they build was compiled by nobody.
The same holds for the run on Oracle: there, what they build was executed by nobody.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests import databases, sent
from tests.oracle_sql.builders import Builder, builders_of, unused
from tests.oracle_sql.recorder import faults_of_all
from tests.sent.process import collected
from tests.sent.recorder import of_product
from tests.sent.watch import Watch

ROOT: Final = sent.ROOT
SQL_FILES: Final = ("queries.py", "statements.py", "*_queries.py", "ledger.py")
ORACLE_SUITE: Final = "@tests/oracle_suite.txt"

SEEN_NOWHERE: Final[dict[str, str]] = {}
"""Functions that need not be seen in a whole run: `file name`, and why."""

_SQLITE_ALONE: Final = "a tool of development, which on Oracle answers 409"
NOT_EXECUTED_ON_ORACLE: Final[dict[str, str]] = {
    "fittrack/dev/queries.py _count": _SQLITE_ALONE,
    "fittrack/dev/statements.py clear": _SQLITE_ALONE,
    "fittrack/dev/statements.py move_in": _SQLITE_ALONE,
    "fittrack/dev/statements.py _check_addresses": _SQLITE_ALONE,
    "fittrack/dev/statements.py _copy": _SQLITE_ALONE,
}
"""Functions that need not be executed on Oracle, and why."""


class EveryStatement:
    """Of one process: what it saw, and what the processes it started saw."""

    def __init__(self) -> None:
        self._recorder = of_product()
        self._watch = Watch(ROOT)
        self._watch.start()
        self._folder: Path | None = None
        self.faults: list[str] = []
        self.unseen: list[Builder] = []

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            self._folder = Path(tempfile.mkdtemp(prefix="fittrack-statements-"))
            sent.announce(self._folder)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A process of the tests has ended, and hands over what it saw."""
        seen = getattr(node, "workeroutput", {})
        self._recorder.statements.update(seen.get("statements", ()))
        self._watch.lines.update(map(tuple, seen.get("lines", ())))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        seen = getattr(session.config, "workeroutput", None)
        if seen is not None:
            seen["statements"] = list(self._recorder.statements)
            seen["lines"] = [list(line) for line in self._watch.lines]
            return
        assert self._folder is not None, "the session began"
        statements, lines = collected(self._folder)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._look_at(self._recorder.statements | statements, self._watch.lines | lines, session)

    def _look_at(self, statements: set[str], lines: set[tuple[str, int]], session: pytest.Session) -> None:
        from tests.product_sql import CATALOG, beyond_rights

        self.faults = faults_of_all(statements, CATALOG)
        if databases.ORACLE:  # on SQLite alone there is a reset, which erases everything
            self.faults += beyond_rights(statements)
        if session.exitstatus == pytest.ExitCode.OK and _is_everything(session.config):
            excused = NOT_EXECUTED_ON_ORACLE if databases.ORACLE else SEEN_NOWHERE
            unseen = unused(builders_of(ROOT, sql_files()), lines)
            self.unseen = [each for each in unseen if f"{each.file} {each.name}" not in excused]
        if (self.faults or self.unseen) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.faults:
            terminalreporter.section("What Oracle would refuse", red=True, bold=True)
            for fault in self.faults:
                terminalreporter.line(fault)
        if self.unseen:
            what = "executed on Oracle" if databases.ORACLE else "read for Oracle"
            terminalreporter.section(
                f"Functions whose statements nobody {what}: have a test run them, or excuse them in"
                " tests/every_statement.py",
                red=True,
                bold=True,
            )
            for builder in self.unseen:
                terminalreporter.line(str(builder))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(EveryStatement(), "every-statement")


def sql_files() -> Iterator[Path]:
    """The modules that SQL stands in."""
    for pattern in SQL_FILES:
        yield from (ROOT / "fittrack").rglob(pattern)


def _is_everything(config: pytest.Config) -> bool:
    """Whether no test was left out: of all, or of those that run on Oracle."""
    left_out = ("keyword", "markexpr", "lf", "ff", "deselect", "ignore", "collectonly", "last_failed")
    if databases.ORACLE:
        everywhere = ORACLE_SUITE in config.invocation_params.args
    else:
        everywhere = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return everywhere and not any(config.getoption(name, None) for name in left_out)
