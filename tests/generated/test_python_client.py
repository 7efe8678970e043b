"""A client that `openapi-python-client` makes of the document plays: from registration to a purchase."""

import email
import email.policy
import importlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.generated.conftest import Served
from tests.generated.tools import BIN, TOGETHER, done
from tests.rest_house import PASSWORD
from tests.stage import eventually

pytestmark = TOGETHER

NAME = "generated_fittrack"
CODE = re.compile(r"fte_[\w-]+")


@pytest.fixture(scope="module")
def generated(served: Served) -> Iterator[Path]:
    """The folder with the package. A warning of the generator is a failure."""
    config = served.folder / "generator.yaml"
    config.write_text("post_hooks: []\n", encoding="utf-8")
    done(
        BIN / "openapi-python-client", "generate", "--path", served.openapi, "--config", config,
        "--output-path", served.folder / NAME, "--meta", "none", "--fail-on-warning", cwd=served.folder,
    )  # fmt: skip
    sys.path.insert(0, str(served.folder))
    yield served.folder
    sys.path.remove(str(served.folder))


def module(name: str) -> ModuleType:
    return importlib.import_module(f"{NAME}.{name}")


def ask(operation: str, **fields: Any) -> Any:
    """The parsed answer of an operation."""
    answer = module(f"api.{operation}").sync_detailed(**fields)
    assert answer.status_code < 300, answer.content
    return answer.parsed


def code_in(folder: Path, address: str) -> str:
    """The code in the letter to `address`."""
    for file in folder.glob("*.eml"):
        letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if letter["To"] == address and (found := CODE.search(letter.as_string())):
            return found[0]
    return ""


async def test_it_plays(served: Served, generated: Path) -> None:
    package, models = module("client"), partial(module, "models")()
    nobody, address = package.Client(base_url=served.url), "python@test.example"
    form = models.Register.from_dict(
        {
            "email": address,
            "password": PASSWORD,
            "date_of_birth": "1990-05-17",
            "state": "TX",
            "accepted_terms": True,
            "accepted_rules": True,
        }
    )
    account = ask("auth.post_auth_register", client=nobody, body=form)
    assert account.status == "pending"
    await eventually(lambda: code_in(served.mail, address), "the letter")
    token = models.TokenBody.from_dict({"token": code_in(served.mail, address)})
    ask("auth.post_auth_verify_email", client=nobody, body=token)
    credentials = models.Login.from_dict({"email": address, "password": PASSWORD})
    session = ask("auth.post_auth_login", client=nobody, body=credentials)
    player = package.AuthenticatedClient(base_url=served.url, token=session.access_token)
    profile = {"display_name": "Generated", "biological_sex": "male", "fitness_level": "beginner"}
    ask("profiles.put_users_me_profile", client=player, body=models.ProfileForm.from_dict(profile))
    end = datetime.now(UTC)
    walk = models.ActivityInput.from_dict(
        {
            "activity_type": "steps",
            "start_time": (end - timedelta(minutes=1)).isoformat(),
            "end_time": end.isoformat(),
            "duration_minutes": 1,
            "source": "manual",
            "metrics": {"steps": 3_000},
        }
    )
    assert ask("activities.post_activities", client=player, body=walk).balance == 30
    [drawing] = ask("drawings.get_drawings", client=player).items
    wish = models.BuyTickets.from_dict({"quantity": 2})
    buy = partial(
        ask, "drawings.post_drawings_by_id_tickets", id=drawing.drawing_id, client=player, body=wish
    )
    bought = buy(idempotency_key="python-1")
    assert (bought.points_spent, bought.balance, bought.my_tickets) == (20, 10, 2)
    assert buy(idempotency_key="python-1") == bought
    too_many = models.BuyTickets.from_dict({"quantity": 5})
    refused = module("api.drawings.post_drawings_by_id_tickets").sync(
        id=drawing.drawing_id, client=player, body=too_many
    )
    assert refused.code == "insufficient-points"
