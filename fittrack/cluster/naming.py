"""What clusters and nodes are called in Redis."""

import re
import socket
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
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


def name_of(host: str, port: int, worker: int | None) -> str:
    """What is the same at the next start: the node that starts takes the place of the one before. Empty for a
    port that the system chooses: there is no next start."""
    return f"{socket.gethostname()}/{_network()}/{host}:{port}/{worker or 0}" if port else ""


def _network() -> str:
    """The network that this process listens in, until the machine starts anew: machines may share a hostname,
    and containers all but this."""
    facts = []
    with suppress(OSError):  # a system without them has the hostname alone
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        facts.append(str(Path("/proc/self/ns/net").readlink()))
    return blake2b(" ".join(facts).encode(), digest_size=4).hexdigest()
