"""What the documents show of a running server is so: `make run` itself, on a database of its own."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.docs.conftest import TOGETHER, Running
from tests.docs.pages import ROOT, text_of
from tests.docs.test_protocol_guide import frames
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


def test_the_session_of_the_guide_goes_as_it_is_shown(running: Running):
    played = run_example("raw_session.py", running.url)
    for arrow in "→←":
        here = [json.loads(line[2:]) for line in played.splitlines() if line.startswith(arrow)]
        # The guide leaves out the second `hello`; the order of answers and events is not fixed.
        told = [frame["t"] for frame in frames(arrow)] + (["hello"] if arrow == "←" else [])
        missing, others = (
            set(told) - {frame["t"] for frame in here},
            {frame["t"] for frame in here} - set(told),
        )
        assert not missing and not others
        assert arrow == "←" or [frame["t"] for frame in here] == told


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
