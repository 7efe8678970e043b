"""Real Redis servers together, on free ports: a Redis Cluster, and a pair that a Sentinel watches."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from redis.crc import key_slot

from tests.redis_server import RedisServer, free_port
from tests.stage import eventually

SHARDS: Final = 3
SLOTS: Final = 16_384
NODE_TIMEOUT_MS: Final = 1_000
"""After which a silent server of the cluster is replaced by its replica."""


class RedisCluster:
    """Three primaries, and a replica of the first."""

    def __init__(self, servers: list[RedisServer]) -> None:
        self.servers = servers
        self.primaries, self.replica = servers[:SHARDS], servers[SHARDS]

    @property
    def url(self) -> str:
        return f"redis+cluster://{','.join(f'127.0.0.1:{server.port}' for server in self.servers)}"

    async def form(self) -> None:
        """Meet, and deal the slots out."""
        first, *others = self.servers
        for server in others:
            server.call("CLUSTER", "MEET", "127.0.0.1", str(first.port), str(_bus(first)))
        for number, primary in enumerate(self.primaries):
            of, to = (SLOTS * number // SHARDS, SLOTS * (number + 1) // SHARDS - 1)
            primary.call("CLUSTER", "ADDSLOTSRANGE", str(of), str(to))
        name = first.call("CLUSTER", "MYID").strip()
        await eventually(lambda: name in self.replica.call("CLUSTER", "NODES"), "the meeting")
        self.replica.call("CLUSTER", "REPLICATE", name)
        await self.healed()

    async def healed(self) -> None:
        """Wait until every server that runs says that all is well."""

        def is_well() -> bool:
            running = [server for server in self.servers if server.runs]
            return all("cluster_state:ok" in server.call("CLUSTER", "INFO") for server in running) and (
                not self.replica.runs or "master_link_status:down" not in self.replica.call("INFO")
            )

        await eventually(is_well, "the cluster")

    def owner_of(self, channel: str) -> RedisServer:
        """The primary that has the channel's slot, as it was dealt out."""
        return self.primaries[key_slot(channel.encode()) * SHARDS // SLOTS]


@contextmanager
def redis_cluster(folder: Path) -> Iterator[RedisCluster]:
    """A Redis Cluster that is gone afterwards; `form` it first."""
    with ExitStack() as stack:
        servers = []
        for number in range(SHARDS + 1):
            (home := folder / f"redis-{number}").mkdir()
            server = RedisServer(
                home,
                *("--cluster-enabled", "yes", "--cluster-node-timeout", str(NODE_TIMEOUT_MS)),
                *("--cluster-port", str(free_port()), "--repl-diskless-sync-delay", "0"),
            )
            server.start()
            stack.callback(server.end)
            servers.append(server)
        yield RedisCluster(servers)


def _bus(server: RedisServer) -> int:
    return int(server.call("CONFIG", "GET", "cluster-port").split()[1])


class Watched:
    """A master, its replica, and the Sentinel that replaces the one by the other."""

    NAME: Final = "mymaster"

    def __init__(self, master: RedisServer, replica: RedisServer, sentinel: RedisServer) -> None:
        self.master, self.replica, self.sentinel = master, replica, sentinel

    @property
    def url(self) -> str:
        return f"redis+sentinel://127.0.0.1:{self.sentinel.port}/{self.NAME}/0"

    async def ready(self) -> None:
        """Wait until the Sentinel could replace the master."""

        def knows_both() -> bool:
            return "state=online" in self.master.call("INFO", "replication") and str(
                self.replica.port
            ) in self.sentinel.call("SENTINEL", "REPLICAS", self.NAME)

        await eventually(knows_both, "the Sentinel")

    async def replaced(self) -> None:
        """Wait until the Sentinel names the replica as the master, and holds nothing against it."""

        def names_it() -> bool:
            said = self.sentinel.call("SENTINEL", "MASTER", self.NAME).splitlines()
            told = dict(zip(said[::2], said[1::2], strict=False))
            return (told["port"], told["flags"]) == (str(self.replica.port), "master")

        await eventually(names_it, "the failover")


@contextmanager
def watched_redis(folder: Path) -> Iterator[Watched]:
    """Two servers and a Sentinel that are gone afterwards; wait until they are `ready`."""
    with ExitStack() as stack:

        def started(name: str, *options: str, settings: Path | None = None) -> RedisServer:
            (home := folder / name).mkdir()
            server = RedisServer(home, *options, settings=settings)
            server.start()
            stack.callback(server.end)
            return server

        master = started("master", "--repl-diskless-sync-delay", "0")
        replica = started("replica", "--replicaof", "127.0.0.1", str(master.port))
        settings = folder / "sentinel.conf"
        settings.write_text(
            f"sentinel monitor {Watched.NAME} 127.0.0.1 {master.port} 1\n"
            f"sentinel down-after-milliseconds {Watched.NAME} 500\n"
            f"sentinel failover-timeout {Watched.NAME} 5000\n"
        )
        yield Watched(master, replica, started("sentinel", "--sentinel", settings=settings))
