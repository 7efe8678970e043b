"""Types that `openapi-typescript` makes of the document hold a program that plays, and it does."""

import json
import shutil
from pathlib import Path

import pytest

from tests.generated.conftest import Served
from tests.generated.test_python_client import code_in
from tests.generated.tools import TOGETHER, done
from tests.stage import eventually

pytestmark = TOGETHER

ADDRESS = "typescript@test.example"


@pytest.fixture(scope="module")
def program(served: Served, node_folder: Path) -> Path:
    """The program, checked against the generated types. A warning of the generator is a failure."""
    made, tools = node_folder / "made", node_folder / "node_modules/.bin"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    shutil.copy(node_folder / "journey.ts", made)
    # What has a default need not be sent.
    options = ("--default-non-nullable=false", "--output", made / "api.d.ts")
    told = done(tools / "openapi-typescript", served.openapi, *options, cwd=node_folder)
    assert "warn" not in told.lower()
    done(tools / "tsc", "--project", node_folder, cwd=node_folder)
    return made / "journey.js"


async def test_it_plays(served: Served, program: Path, node_folder: Path) -> None:
    done("node", program, served.url, "register", cwd=node_folder)
    await eventually(lambda: code_in(served.mail, ADDRESS), "the letter")
    told = done("node", program, served.url, "buy", code_in(served.mail, ADDRESS), cwd=node_folder)
    result = json.loads(told)
    assert result["logged"] == 30
    assert (result["bought"]["points_spent"], result["bought"]["my_tickets"]) == (20, 2)
    assert result["refused"] == "insufficient-points"
