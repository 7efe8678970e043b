"""What the documents show of a running server is so: `make run` itself, on a database of its own."""

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.docs.conftest import TOGETHER, Running
from tests.docs.pages import ROOT, text_of
from tests.server import PATIENCE_S

pytestmark = TOGETHER


def test_make_run_prints_the_demo_accounts_of_the_readme(running: Running):
    readme = text_of("README.md")
    accounts = re.findall(r"^ +(\S+@\S+) +(\S+)", running.printed, re.MULTILINE)
    assert len(accounts) == 2
    for email, password in accounts:
        assert f"`{email}`" in readme and f"`{password}`" in readme


def test_every_address_that_make_run_prints_answers(running: Running):
    addresses = re.findall(r"http://\S+", running.printed)
    assert len(addresses) >= 5
    for address in addresses:
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:  # noqa: S310
            assert answer.status == 200


def test_the_example_client_says_how_it_is_used():
    assert "--tickets" in run_example("watch_drawing.py", "--help")


def run_example(name: str, *arguments: str) -> str:
    """What an example prints."""
    example: Path = ROOT / "docs/examples" / name
    ended = subprocess.run(
        [sys.executable, str(example), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    return ended.stdout


def test_the_picture_shows_commands_that_are_there():
    picture = text_of("docs/images/running.svg").replace("&#160;", " ")
    for words in ("make run", "docs/examples/watch_drawing.py", "verify-drawing", "The draw holds."):
        assert words in picture
    assert "http" not in re.sub(r"http://(127\.0\.0\.1:\d+|www\.w3\.org)", "", picture), "it fetches nothing"
