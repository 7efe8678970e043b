"""What the operator sees of the demo world: its making, and how to enter it."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fittrack.config import Settings
from fittrack.demo.loading import check_loadable, load_demo
from fittrack.demo.people import ADMIN_EMAIL, DEMO_PASSWORD, PLAYER_EMAIL
from fittrack.kit.clock import SystemClock


def load_with_progress(
    console: Console, settings: Settings, on_fatal: Callable[[BaseException], None]
) -> None:
    """Load the demo world behind a progress bar. Raises what `check_loadable` raises."""
    check_loadable(settings)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Four weeks of FitTrack", total=None)
        load_demo(
            settings,
            SystemClock(),
            on_fatal=on_fatal,
            step=lambda done, total: progress.update(task, completed=done, total=total),
        )


def print_accounts(console: Console) -> None:
    """Print who can sign in."""
    console.print("Demo accounts, for development only:")
    for email, what in ((PLAYER_EMAIL, "a player"), (ADMIN_EMAIL, "an admin")):
        console.print(f"  [bold]{email}[/bold]  {DEMO_PASSWORD}  ({what})", highlight=False)
