"""What every test that shakes the system asks of the database at its end (DESIGN 4, Invariants)."""

from collections.abc import Mapping
from pathlib import Path

from fittrack.check.checking import check_database
from fittrack.db.engine import Access, DatabaseSettings, make_engine
from fittrack.db.handles import Engine
from fittrack.fairness.beacon import CHAINS, Chain
from fittrack.kit.sealing import Sealer


def assert_invariants(
    database: Path | DatabaseSettings | Engine,
    sealer: Sealer | None = None,
    *,
    settled: bool = False,
    chains: Mapping[str, Chain] = CHAINS,
) -> None:
    """Every invariant holds in `database`: a SQLite file, what settings name, or an engine.

    `sealer` opens the drawings' secrets where they were not sealed with the keys of development. When
    `settled`, no refund may still wait. `chains`: the beacons that may have decided drawings.
    """
    if isinstance(database, Engine):
        findings = check_database(database, sealer, settled=settled, chains=chains)
    else:
        named = DatabaseSettings(url=f"sqlite:///{database}") if isinstance(database, Path) else database
        engine = make_engine(named, Access.READ)
        try:
            findings = check_database(engine, sealer, settled=settled, chains=chains)
        finally:
            engine.dispose()
    assert not findings, "\n".join(f"{finding.invariant.name}: {finding}" for finding in findings)
