"""Every statement that the product sends while the tests run must be one that Oracle takes.

A plugin of pytest: each process that runs tests listens to its databases; at the end the faults are printed
and fail the run. When every test ran, functions that build statements and did so in none of these processes
are listed: what they build was compiled by nobody, unless a server in a process of its own sent it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine

from tests.oracle_sql.builders import Builder, Watch, builders_of, unused
from tests.oracle_sql.recorder import Recorder, faults_of_all

ROOT: Final = Path(__file__).parents[1]
SQL_FILES: Final = ("queries.py", "statements.py", "*_queries.py", "ledger.py")


class EveryStatement:
    """Of one process: what it saw, and what the processes it started saw."""

    def __init__(self) -> None:
        self._recorder = Recorder(
            sent_by=(f"{ROOT}/fittrack/", f"{ROOT}/actors/"), not_by=(f"{ROOT}/tests/",)
        )
        self._watch = Watch(ROOT)
        self._recorder.listen(Engine)
        self._watch.start()
        self.faults: list[str] = []
        self.unseen: list[Builder] = []

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
        from tests.product_sql import CATALOG

        self.faults = faults_of_all(self._recorder.statements, CATALOG)
        if session.exitstatus == pytest.ExitCode.OK and _is_everything(session.config):
            self.unseen = unused(builders_of(ROOT, sql_files()), self._watch.lines)
        if self.faults and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.faults:
            terminalreporter.section("What Oracle would refuse", red=True, bold=True)
            for fault in self.faults:
                terminalreporter.line(fault)
        if self.unseen:
            terminalreporter.section("Functions whose statements nobody read for Oracle", yellow=True)
            for builder in self.unseen:
                terminalreporter.line(str(builder))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(EveryStatement(), "every-statement")


def sql_files() -> Iterator[Path]:
    """The modules that SQL stands in."""
    for pattern in SQL_FILES:
        yield from (ROOT / "fittrack").rglob(pattern)


def _is_everything(config: pytest.Config) -> bool:
    """Whether no test was left out."""
    left_out = ("keyword", "markexpr", "lf", "ff", "deselect", "ignore", "collectonly", "last_failed")
    everywhere = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return everywhere and not any(config.getoption(name, None) for name in left_out)
