"""The `fittrack` command (SPEC 10a): what an operator types."""

from fittrack.cli.commands import main

__all__ = ["main"]
