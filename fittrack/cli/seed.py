"""`fittrack seed`: the demo world."""

from typing import Annotated

import typer

from fittrack.cli.console import out, read_settings, require_schema
from fittrack.cli.serve import die


def seed(
    once: Annotated[bool, typer.Option("--once", help="Do nothing when there are accounts.")] = False,
) -> None:
    """Load the demo world into an empty database: weeks of players, activities and drawings."""
    from fittrack.demo import showing  # noqa: PLC0415 - its libraries are needed by nothing else
    from fittrack.demo.loading import AlreadyInhabited  # noqa: PLC0415

    settings = read_settings()
    require_schema(settings)
    try:
        showing.load_with_progress(out, settings, die)
    except AlreadyInhabited as inhabited:
        if not once:
            raise
        out.print(inhabited.detail)
        if not inhabited.complete:
            return
    showing.print_accounts(out)
