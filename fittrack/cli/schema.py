"""`fittrack migrate`: the database's schema."""

from typing import Annotated

import typer

from fittrack.cli.console import engine_of, err, out, read_settings
from fittrack.config import Settings
from fittrack.db import migrate as migrations
from fittrack.db.engine import unhurried


def migrate(
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")] = False,
    start: Annotated[
        str | None, typer.Option("--from", help="With --sql: the revision that the database is at.")
    ] = None,
    user: Annotated[
        str | None, typer.Option("--grants", help="Oracle: the user as whom the server connects.")
    ] = None,
) -> None:
    """Bring the database to the newest schema."""
    settings = read_settings(connects=not sql)
    on_oracle = settings.database.oracle_dsn is not None
    if user is not None and not on_oracle:
        raise typer.BadParameter("rights are given on Oracle alone: set ORACLE_DSN", param_hint="--grants")
    if start is not None and not sql:
        raise typer.BadParameter("the database itself knows where it is; --from goes with --sql")
    try:
        if sql:
            _write_sql(settings, start, user)
        else:
            _migrate(settings, user)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _write_sql(settings: Settings, start: str | None, user: str | None) -> None:
    on_oracle = settings.database.oracle_dsn is not None
    dialect = "oracle" if on_oracle else "sqlite"
    written = migrations.offline_sql(dialect, start, extras=settings.oracle_extras, user=user)
    if not on_oracle:
        err.print("This is SQL for SQLite. Set ORACLE_DSN for Oracle's: a name will do, nothing connects.")
    since = f"from revision {start} on" if start else "from an empty one on"
    typer.echo(f"-- The schema of FitTrack for {'Oracle' if on_oracle else 'SQLite'}, {since}\n\n{written}")


def _migrate(settings: Settings, user: str | None) -> None:
    with engine_of(unhurried(settings.database)) as engine:
        applied = migrations.upgrade(engine)
        applied += migrations.add_extras(engine, settings.oracle_extras)
        granted = migrations.grant(engine, user) if user else 0
        _tell(applied, migrations.ahead(engine))
        if granted:
            owner = settings.database.oracle_user
            out.print(f"{user} may use {granted} tables; set ORACLE_SCHEMA to {owner}.")
        migrations.demand_compiled(engine)


def _tell(applied: list[str], ahead: list[str]) -> None:
    if ahead:
        out.print(f"A newer version migrated the database, to {', '.join(ahead)}: nothing was done.")
    else:
        out.print(f"Applied {', '.join(applied)}" if applied else "The database is at the newest schema.")
