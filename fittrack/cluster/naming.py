"""What clusters and nodes are called in Redis."""

import socket
from hashlib import blake2b

from fittrack.db.engine import DatabaseSettings, sqlite_file


def namespace_of(secret_key: str, settings: DatabaseSettings) -> str:
    """What the cluster's keys and channels begin with: all nodes on one database share it, and no others."""
    file = sqlite_file(settings)
    database = str(file.resolve()) if file else f"{settings.oracle_user}"
    told = blake2b(f"{secret_key}\n{database}".encode(), digest_size=8)
    return f"fittrack:{told.hexdigest()}"


def name_of(port: int, worker: int | None) -> str:
    """What is the same at the next start: the node that starts takes the place of the one before. Empty for a
    port that the system chooses: there is no next start."""
    return f"{socket.gethostname()}:{port}/{worker or 0}" if port else ""
