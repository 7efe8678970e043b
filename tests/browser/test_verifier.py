"""The verifier in the browser says what the one at the command line says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from fittrack.fairness.verification import verify
from tests.browser.visitor import SMALL_PHONE, Visitor, visiting
from tests.fittrack.fairness.examples import a_closing, a_quicknet_record, a_record, vector, vector_names
from tests.server import Server

VERIFY = """
async (texts) => {
  const { verify } = await import("/pages/verify/checks.js");
  return texts.map((text) => [...verify(text)].map(({ name, ok }) => [name, ok]));
}
"""

Json = dict[str, Any]


def _more_tickets(record: Json) -> None:
    record["entries"][-1][1] += 1


def _another_seed(record: Json) -> None:
    record["seed"] = "0" * 64


def _another_winner(record: Json) -> None:
    record["expect"]["drawn"][0]["ticket"] += 1


def _another_prize(record: Json) -> None:
    record["winners"][0]["rank"] = 9


def _forgives(record: Json) -> None:
    record["passed_over"] = record["passed_over"][1:]


def _another_round(record: Json) -> None:
    record["beacon_round"]["round"] += 1


def _earlier(record: Json) -> None:
    record["instants"]["drawn_at"] = record["instants"]["closed_at"]


FORGERIES: list[Callable[[Json], None]] = [
    _more_tickets,
    _another_seed,
    _another_winner,
    _another_prize,
    _forgives,
    _another_round,
    _earlier,
]


def forged(record: str, change: Callable[[Json], None]) -> str:
    """The record after a forger had it."""
    fields = json.loads(record)
    change(fields)
    return json.dumps(fields)


async def both(visitor: Visitor, texts: list[str]) -> list[tuple[set[str], set[str]]]:
    """What is wrong with each record, by the browser and by Python: names of checks."""
    await visitor.open("/verify")
    found = await visitor.page.evaluate(VERIFY, texts)
    return [
        (
            {name for name, ok in checks if not ok},
            {check.name for check in verify(text.encode()).failed},
        )
        for checks, text in zip(found, texts, strict=True)
    ]


async def test_records_and_vectors_verify_in_the_browser_as_at_the_command_line(
    server: Server, browser: Browser
) -> None:
    without = a_closing(with_beacon=False)
    texts = [
        *(json.dumps(vector(name)) for name in vector_names()),
        a_quicknet_record().to_json().decode(),
        a_record(without, with_beacon=False).to_json().decode(),
    ]
    async with visiting(browser, server) as visitor:
        assert await both(visitor, texts) == [(set(), set())] * len(texts)


async def test_forgeries_are_found_out_by_both_alike(server: Server, browser: Browser) -> None:
    record = a_quicknet_record().to_json().decode()
    texts = [forged(record, change) for change in FORGERIES] + ["", "[]", "{}", '{"entries": 7}', record[:-1]]
    async with visiting(browser, server) as visitor:
        for (in_browser, at_command_line), text in zip(await both(visitor, texts), texts, strict=True):
            assert in_browser, text[:200]
            assert in_browser == at_command_line, text[:200]


async def test_a_proof_file_is_verified_where_it_is_dropped(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    good, bad = tmp_path / "proof.json", tmp_path / "forged.json"
    good.write_text(a_quicknet_record().to_json().decode())
    bad.write_text(forged(good.read_text(), _another_winner))
    async with visiting(browser, server, viewport=SMALL_PHONE) as visitor:
        await visitor.open("/verify")
        chooser = visitor.page.locator("input[type=file]")
        await chooser.set_input_files(good)
        await visitor.sees("This record is true")
        await visitor.assert_accessible()
        await chooser.set_input_files(bad)
        await visitor.sees("This record is not true")
        await visitor.assert_accessible()
