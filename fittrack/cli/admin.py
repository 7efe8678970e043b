"""`fittrack admin`: accounts of administrators."""

import asyncio
from typing import Annotated, Final

import typer

from fittrack.accounts.admin import create_admin
from fittrack.audit.operators import operator
from fittrack.cli.console import out, stored
from fittrack.kit.clock import SystemClock
from fittrack.kit.sealing import Sealer
from fittrack.mail.postbox import Postbox
from fittrack.mfa.admin import reset_mfa

admin: Final = typer.Typer(no_args_is_help=True, help="Administrators.")


@admin.command("create")
def create(
    email: Annotated[str, typer.Option(help="The admin's email.")],
    password: Annotated[
        str,
        typer.Option(
            help="12 to 128 characters of four kinds; asked for if left out, so that no history keeps it.",
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
        ),
    ],
) -> None:
    """Make an active, verified administrator."""
    with stored() as (engine, _):
        now, origin = SystemClock().now(), operator()
        user_id = asyncio.run(create_admin(engine, email, password, now=now, origin=origin))
    out.print(f"{email} is an administrator ({user_id}).")


@admin.command("reset-mfa")
def take_away_second_factor(email: Annotated[str, typer.Option(help="The admin's email.")]) -> None:
    """Take away the second factor of an administrator who lost it; all sessions end."""
    with stored() as (engine, settings):
        postbox = Postbox(Sealer.from_text(settings.token_keys))
        reset_mfa(engine, postbox, email, now=SystemClock().now(), origin=operator())
    out.print(f"{email} has no second factor any more, and is signed out everywhere.")
