"""How a REDIS_URL is written: one server, the master that Sentinels name, or a Redis Cluster (SPEC 10a).

redis://user:password@host:6379/0                                              rediss:// for TLS
redis+sentinel://:password@host:26379,other:26379/name-of-the-master/0         rediss+sentinel://
redis+cluster://user:password@host:6379,other:6379                             rediss+cluster://

Behind a question mark may stand what redis-py calls `ssl_ca_certs` and so on, `client_name`, and
`sentinel_username` and `sentinel_password`, where Sentinels want to know who asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from redis.asyncio.connection import parse_url

Address = tuple[str, int]
"""Host and port."""


class Kind(Enum):
    """What stands behind a URL."""

    SERVER = ""
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


PORTS: Final = {Kind.SERVER: 6379, Kind.SENTINEL: 26379, Kind.CLUSTER: 6379}
"""Where they listen unless the URL says."""

EXAMPLES: Final = {
    Kind.SERVER: "redis://user:password@host:6379/0; rediss:// for TLS, redis+sentinel:// for Sentinels, "
    "redis+cluster:// for a Redis Cluster",
    Kind.SENTINEL: "redis+sentinel://:password@host:26379,other:26379/master/0",
    Kind.CLUSTER: "redis+cluster://user:password@host:6379,other:6379",
}

_OF_SENTINELS: Final = "sentinel_"
"""What their own options begin with."""

_TOLD_APART: Final = frozenset({"host", "port", "db", "connection_class"})
_OPTIONS: Final = frozenset({"username", "password", "client_name"})


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """A REDIS_URL, read."""

    kind: Kind
    tls: bool
    addresses: Sequence[Address]
    options: Mapping[str, Any]
    """Of redis-py: user, password, what follows the question mark."""
    sentinel_options: Mapping[str, Any]
    master: str = ""
    db: int = 0

    @classmethod
    def parse(cls, url: str) -> "RedisUrl":
        """Raises ValueError, with a sentence, for what is no such URL."""
        parts = urlsplit(url)
        kind, tls = _kind(parts)
        credentials, at, hosts = parts.netloc.rpartition("@")
        master, db = _path(kind, parts)
        # What is the same for all addresses, as the library reads it.
        one = f"{'rediss' if tls else 'redis'}://{credentials}{at}host?{parts.query}"
        options = {name: value for name, value in parse_url(one).items() if name not in _TOLD_APART}
        of_sentinels = {name: options.pop(name) for name in list(options) if name.startswith(_OF_SENTINELS)}
        if strange := [name for name in options if name not in _OPTIONS and not name.startswith("ssl_")]:
            raise ValueError(f"has options that are none: {', '.join(strange)}")
        return cls(
            kind,
            tls,
            tuple(_address(text, PORTS[kind]) for text in hosts.split(",")),
            options,
            {name.removeprefix(_OF_SENTINELS): value for name, value in of_sentinels.items()},
            master,
            db,
        )

    @property
    def places(self) -> str:
        """The addresses, as people read them: no secrets."""
        return ", ".join(f"{host}:{port}" for host, port in self.addresses)


def fault_of_url(url: str) -> str | None:
    """What is wrong with a REDIS_URL, if anything."""
    try:
        RedisUrl.parse(url)
    except ValueError as error:
        return str(error)
    return None


def _kind(parts: SplitResult) -> tuple[Kind, bool]:
    scheme, _, name = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss") or name not in {kind.value for kind in Kind}:
        raise ValueError(f"is written {EXAMPLES[Kind.SERVER]}")
    return Kind(name), scheme == "rediss"


def _path(kind: Kind, parts: SplitResult) -> tuple[str, int]:
    """The name of the master, and the number of the database."""
    path = parts.path.strip("/")
    master, db = "", path
    if kind is Kind.SENTINEL:
        master, _, db = path.partition("/")
        if not master:
            raise ValueError(f"is written {EXAMPLES[kind]}; the name of the master is missing")
    if kind is Kind.CLUSTER and path:
        raise ValueError(f"is written {EXAMPLES[kind]}; a Redis Cluster has one database only")
    if db and not db.isdigit():
        raise ValueError(f"is written {EXAMPLES[kind]}; {db!r} is no number of a database")
    return master, int(db or 0)


def _address(text: str, port_unless_said: int) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(port_unless_said)
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError(f"names {text!r}, which is no host:port")
    return host.strip("[]"), int(port)
