"""What the commands are let loose on."""

from tests.fittrack.check.conftest import template

__all__ = ["template"]
