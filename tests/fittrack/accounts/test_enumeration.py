"""Nobody learns whether an email has an account: not by the answer, and not by the work behind it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.fittrack.accounts.house import House
from tests.fittrack.accounts.test_social import joined

WRONG = "Wrong-Horse-77"

PEOPLE = {
    "active": "ada@example.com",
    "pending": "bob@example.com",
    "by google only": "eve@example.com",
    "unknown": "nobody@example.com",
}


@pytest.fixture
async def town(house: House) -> House:
    """A house with an account of each kind."""
    await house.verified(email=PEOPLE["active"])
    await house.register(email=PEOPLE["pending"])
    await joined(house, {"sub": "eve", "email": PEOPLE["by google only"], "email_verified": True})
    return house


@asynccontextmanager
async def work_of(house: House) -> AsyncIterator[list[str]]:
    """Everything that is sent to the database meanwhile, transactions included, and every hash."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(re.sub(r"savepoint_\d+", "savepoint", arguments[2]))

    def committed(_: object) -> None:
        seen.append("COMMIT")

    hashed = house.passwords.hashed
    for engine in (house.engine, house.read_engine):
        event.listen(engine, "before_cursor_execute", note)
        event.listen(engine, "commit", committed)
    yield seen
    for engine in (house.engine, house.read_engine):
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", committed)
    seen.append(f"{house.passwords.hashed - hashed} hashes")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/auth/login", {"password": WRONG}),
        ("/auth/forgot-password", {}),
        ("/auth/resend-verification", {}),
    ],
)
async def test_answer_and_work_are_the_same_for_everybody(
    town: House, path: str, form: dict[str, str]
) -> None:
    answers, works = {}, {}
    for kind, email in PEOPLE.items():
        async with work_of(town) as work:
            answers[kind] = await town.post(path, {"email": email, **form})
        works[kind] = work
        answers[kind][1].pop("request_id", None)
    for kind in PEOPLE:
        assert answers[kind] == answers["unknown"]
        assert works[kind] == works["unknown"]
    assert len(works["unknown"]) > 3


async def test_a_locked_email_is_answered_alike_after_the_same_work(town: House) -> None:
    works = []
    for email in PEOPLE.values():
        for _ in range(5):
            await town.post("/auth/login", {"email": email, "password": WRONG})
        async with work_of(town) as work:
            status, problem = await town.post("/auth/login", {"email": email, "password": WRONG})
        assert (status, problem["code"]) == (429, "login-locked")
        works.append(work)
    assert all(work == works[0] for work in works)


async def test_letters_are_posted_to_whom_they_are_for_alone(town: House) -> None:
    before = len(await town.mail())
    for email in PEOPLE.values():
        await town.post("/auth/resend-verification", {"email": email})
        await town.post("/auth/forgot-password", {"email": email})
    posted = [(letter["To"], letter["Subject"]) for letter in (await town.mail())[before:]]
    verify, reset = "Verify your email address", "Reset your password"
    assert sorted(posted) == [
        (PEOPLE["active"], reset),
        (PEOPLE["pending"], reset),
        (PEOPLE["pending"], verify),
        (PEOPLE["by google only"], reset),
    ]
