"""What was recorded, looked at by the lint."""

from collections.abc import Iterable

from sqlalchemy import Engine

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.lint import faults_of
from tests.sent.recorder import NOT_COMPILED, Recorder


def statements_of(*engines: Engine) -> set[str]:
    """What the engines execute from now on, as Oracle would be sent it."""
    recorder = Recorder()
    for engine in engines:
        recorder.listen(engine)
    return recorder.statements


def faults_of_all(statements: Iterable[str], catalog: Catalog | None = None) -> list[str]:
    """Each fault with its statement."""
    return [
        f"{fault}\n    {' '.join(sql.split())}"
        for sql in sorted(statements)
        for fault in ([sql] if sql.startswith(NOT_COMPILED) else faults_of(sql, catalog))
    ]


def assert_fit_for_oracle(statements: Iterable[str]) -> None:
    """Nothing that Oracle would refuse."""
    faults = faults_of_all(statements)
    assert not faults, "\n".join(faults)
