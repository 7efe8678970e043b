"""How many files the process may have open: each connection is one."""

import resource
from typing import Final

import structlog

BESIDE_CONNECTIONS: Final = 1_000
"""Open files for all but WebSockets: requests, database, libraries, listeners."""

log: Final = structlog.stdlib.get_logger(__name__)


def connections_that_fit(wanted: int) -> int:
    """Raise the limit of open files as far as it goes, and say how many of `wanted` connections fit.

    Fewer than wanted are worth a warning: the rest would be refused by the system, in the midst of accepting.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + BESIDE_CONNECTIONS
    limit = max(soft, needed) if hard == resource.RLIM_INFINITY else hard
    if limit > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    if limit >= needed:
        return wanted
    fitting = max(limit - BESIDE_CONNECTIONS, limit // 2)
    log.warning("open_files.too_few", limit=limit, wanted=needed, connections=fitting)
    return min(wanted, fitting)
