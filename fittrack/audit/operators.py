"""Who acts at the command line, as far as the operating system knows."""

import getpass
import socket

from fittrack.kit.origin import Origin


def operator() -> Origin:
    """The origin of what a command does: `login@machine`."""
    return Origin(address=f"{_login()}@{socket.gethostname()}")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return "unknown"
