"""Two supervisors on one address would share its connections, and each worker take another's place."""

import errno
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fittrack.workers.address import require_free, shared_address
from tests.fittrack.cli.test_data_commands import Run, run

__all__ = ["run"]

HOST = "127.0.0.1"


@contextmanager
def in_use() -> Iterator[None]:
    with pytest.raises(OSError) as raised:
        yield
    assert raised.value.errno == errno.EADDRINUSE


def a_worker(port: int) -> socket.socket:
    listens = socket.socket()
    listens.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listens.bind((HOST, port))
    listens.listen()
    return listens


def test_an_address_has_one_supervisor_and_its_workers() -> None:
    with shared_address(HOST, 0) as port:
        with a_worker(port), a_worker(port), in_use(), shared_address(HOST, port):
            pass
        with in_use():
            require_free(HOST, port)
    require_free(HOST, port)


def test_workers_that_have_lost_their_supervisor_keep_nobody_from_following_it() -> None:
    with shared_address(HOST, 0) as port:
        orphan = a_worker(port)
    with orphan, shared_address(HOST, port) as again:
        assert again == port


@pytest.mark.parametrize("workers", ["1", "2"])
def test_whoever_serves_where_a_supervisor_does_hears_that_the_address_is_in_use(
    run: Run, workers: str
) -> None:
    run("migrate")
    with shared_address(HOST, 0) as port:
        done: subprocess.CompletedProcess[str] = run(
            "serve", "--port", str(port), "--workers", workers, REDIS_URL="redis://127.0.0.1:1/0"
        )
    assert done.returncode == 1
    assert f"cannot listen on {HOST}:{port}: Address already in use" in done.stderr


@pytest.mark.parametrize(("first", "second"), [(HOST, "0.0.0.0"), ("0.0.0.0", HOST), (HOST, "localhost")])  # noqa: S104 - nobody listens
def test_a_port_has_one_supervisor_whatever_addresses_it_is_said_to_have(first: str, second: str) -> None:
    with shared_address(first, 0) as port:
        with in_use(), shared_address(second, port):
            pass
        with in_use():
            require_free(second, port)


def test_a_supervisor_may_follow_whoever_served_alone_and_left_connections_behind() -> None:
    with socket.create_server((HOST, 0)) as alone:
        port = alone.getsockname()[1]
        with in_use(), shared_address(HOST, port):
            pass
        with socket.create_connection((HOST, port)) as client:
            alone.accept()[0].close()  # who closes first keeps the port for a minute
            assert client.recv(1) == b""
    with shared_address(HOST, port) as again:
        assert again == port
        with in_use():
            require_free(HOST, port)
