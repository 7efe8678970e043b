"""What clusters and nodes are called in Redis."""

import re
import socket
from hashlib import blake2b
from typing import Final

from fittrack.db.engine import DatabaseSettings, sqlite_file

CLUSTER_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""It stands in every key and channel: short, and without what means something there (`:`, `{`)."""


def namespace_of(name: str, secret_key: str, settings: DatabaseSettings) -> str:
    """What the cluster's keys and channels begin with: all its nodes share it, and no others.

    Without a `name` those on one database with one `secret_key` do.
    """
    return f"fittrack:{name or _derived(secret_key, settings)}"


def _derived(secret_key: str, settings: DatabaseSettings) -> str:
    file = sqlite_file(settings)
    database = str(file.resolve()) if file else f"{settings.oracle_user}"
    return blake2b(f"{secret_key}\n{database}".encode(), digest_size=8).hexdigest()


def name_of(port: int, worker: int | None) -> str:
    """What is the same at the next start: the node that starts takes the place of the one before. Empty for a
    port that the system chooses: there is no next start."""
    return f"{socket.gethostname()}:{port}/{worker or 0}" if port else ""
