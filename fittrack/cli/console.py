"""What commands have in common: where they print, the settings, the database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import typer
from rich.console import Console

from fittrack.config import Settings, load_settings
from fittrack.db import migrate as migrations
from fittrack.db.engine import Access, DatabaseSettings, make_engine, unhurried
from fittrack.db.handles import Engine
from fittrack.kit.logging import configure_logging

out: Final = Console(soft_wrap=True)  # addresses and commands stay in one piece
err: Final = Console(stderr=True, soft_wrap=True)


def read_settings(log_facts: Mapping[str, object] | None = None, *, connects: bool = True) -> Settings:
    """The settings, and a log as they say, with `log_facts` in each line. Raises `SettingsError`.

    `connects`: the database is used, so that it must be said as whom.
    """
    settings = load_settings(connects=connects)
    configure_logging(settings.log_level, settings.log_format, facts=log_facts)
    return settings


def require_schema(settings: Settings) -> None:
    """Raises `typer.Exit` when the database is not at the newest schema, or at one that is newer still."""
    with engine_of(settings.database) as engine:
        waiting, ahead = migrations.pending(engine), migrations.ahead(engine)
    if ahead and not settings.schema_may_be_newer:
        err.print(
            f"[red]schema:[/red] the database is at {', '.join(ahead)}, which this version does not know. "
            "Start the version that migrated it, or set SCHEMA_MAY_BE_NEWER=true if this one may go on"
        )
        raise typer.Exit(2)
    if waiting:
        err.print("[red]schema:[/red] the database is not at the newest one; run `fittrack migrate`")
        raise typer.Exit(2)


@contextmanager
def engine_of(database: DatabaseSettings, access: Access = Access.WRITE) -> Iterator[Engine]:
    """The database, for as long as a command takes."""
    engine = make_engine(database, access)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def stored(access: Access = Access.WRITE) -> Iterator[tuple[Engine, Settings]]:
    """What is stored, at the newest schema, and the settings; calls have all the time. Raises as above."""
    settings = read_settings()
    require_schema(settings)
    with engine_of(unhurried(settings.database), access) as engine:
        yield engine, settings
