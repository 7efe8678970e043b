"""The wheel that is deployed is whole: run elsewhere, in an empty folder, it migrates and shows its pages."""

import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.deploy.starting import serving_from
from tests.docs.pages import ROOT
from tests.server import PATIENCE_S

BUILD = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
"""What pip does to build a wheel, where the packages to build with are there."""

SOURCES = ("pyproject.toml", "README.md", "actors", "fittrack", "protocol")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, and nothing else of the project."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    name = run([sys.executable, "-c", BUILD, str(folder)], cwd=source).splitlines()[-1]
    with ZipFile(folder / name) as wheel:
        wheel.extractall(folder / "site")
    shutil.rmtree(source)
    return folder / "site"


@pytest.fixture(scope="module")
def url(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that the wheel's own files run, in a folder that was empty."""
    folder = tmp_path_factory.mktemp("empty")
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(unpacked)}
    where = [sys.executable, "-c", "import fittrack; print(fittrack.__file__)"]
    assert run(where, cwd=folder, env=environ).strip() == str(unpacked / "fittrack/__init__.py")
    run([sys.executable, "-m", "fittrack", "migrate"], cwd=folder, env=environ)
    with serving_from(folder, environ) as address:
        yield address


def run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """What a command printed; it succeeded."""
    ended = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert ended.returncode == 0, f"{ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.mark.parametrize(
    "path", ["/", "/ops", "/verify", "/dev", "/docs", "/docs/live", "/openapi.json", "/asyncapi.json"]
)
def test_pages_and_documents_are_in_the_wheel(url: str, path: str):
    assert get(f"{url}{path}")


@pytest.mark.parametrize(
    ("served", "folder"), [("/pages", "fittrack/pages/static"), ("/client", "protocol/js")]
)
def test_every_file_that_browsers_load_is_in_the_wheel(url: str, served: str, folder: str):
    files = [
        file for file in (ROOT / folder).rglob("*") if file.suffix in {".js", ".mjs", ".css", ".svg", ".html"}
    ]
    assert files
    for file in files:
        path = f"{served}/{file.relative_to(ROOT / folder)}"
        assert get(f"{url}{path}") == file.read_bytes(), path


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310 - our own server
        assert answer.status == 200
        return bytes(answer.read())
