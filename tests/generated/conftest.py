"""A running server with a drawing to win, and its documents in a folder."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.generated.tools import npm_packages
from tests.server import Server
from tests.world import make_world, migrated, settings_for


@dataclass(frozen=True, slots=True)
class Served:
    """Where the server is, where its letters go, and its documents."""

    url: str
    mail: Path
    folder: Path

    @property
    def openapi(self) -> Path:
        return self.folder / "openapi.json"

    @property
    def asyncapi(self) -> Path:
        return self.folder / "asyncapi.json"


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("generated")
    with asyncio.Runner() as runner:
        runner.run(make_world(migrated(settings_for(folder)), players=1, cost=10))
        server = Server(folder)
        try:
            runner.run(server.start())
            found = Served(server.url, folder / "mail", folder)
            for document in (found.openapi, found.asyncapi):
                with urlopen(f"{server.url}/{document.name}") as answer:  # noqa: S310 - our own server
                    document.write_bytes(answer.read())
            yield found
        finally:
            server.end()
    assert not server.faults, f"the server logged errors: {server.faults[:3]}"


@pytest.fixture(scope="package")
def node_folder() -> Path:
    return npm_packages()
