"""The guide to the protocol shows frames and names that are the protocol's."""

import json
import re

import msgspec
import pytest

from fittrack.app import SLICES
from fittrack.kit.problems import Problem
from protocol import limits
from protocol.close_codes import CloseCode, may_reconnect
from protocol.inbound import COMMANDS, INBOUND
from protocol.outbound import OUTBOUND
from tests.docs.pages import blocks, code, prose, rows, text_of

assert SLICES, "importing the application makes the whole catalogue of problems known"

GUIDE = text_of("docs/protocol.md")
Frame = dict[str, object]


def frames(arrow: str) -> list[Frame]:
    """The frames shown in one direction. Long ones are wrapped; their next lines are indented."""
    shown = "\n".join(block.text for block in blocks(GUIDE) if block.language == "text")
    joined = re.sub(r"\n  +", " ", shown)
    return [json.loads(line[2:]) for line in joined.splitlines() if line.startswith(f"{arrow} {{")]


def fits(data: object, kinds: list[type]) -> bool:
    """Whether the data is that of one of the types, with nothing beside it."""
    for kind in kinds:
        try:
            typed = msgspec.convert(data, kind, strict=True)
        except msgspec.ValidationError:
            continue
        if set(msgspec.to_builtins(typed)) >= set(data):  # type: ignore[call-overload]
            return True
    return False


@pytest.mark.parametrize("frame", frames("→"), ids=lambda frame: str(frame["t"]))
def test_every_frame_shown_of_the_client_is_one_that_the_server_takes(frame: Frame):
    kinds = [kind for kind in INBOUND if frame["t"] == kind.TYPE]
    assert fits(frame.get("d", {}), kinds)
    assert ("key" in frame) == (kinds[0] in COMMANDS)


@pytest.mark.parametrize("frame", frames("←"), ids=lambda frame: str(frame["t"]))
def test_every_frame_shown_of_the_server_is_one_that_it_sends(frame: Frame):
    assert fits(frame["d"], [kind for kind in OUTBOUND if frame["t"] == kind.TYPE])


def test_the_table_of_requests_is_complete_and_says_which_take_a_key():
    told = {
        name: cells[3] == "yes"
        for cells in rows(GUIDE, "`t`")
        for name in re.findall(r"`([a-z.]+)`", cells[0])
    }
    assert told == {kind.TYPE: kind in COMMANDS for kind in INBOUND}


def test_the_events_that_are_named_exist():
    known = {kind.TYPE for kind in (*INBOUND, *OUTBOUND)}
    named = {name for words in code(GUIDE) for name in re.findall(r"^[a-z]+\.[a-z]+$", words)}
    assert named <= known


def test_the_table_of_close_codes_is_complete_and_says_who_comes_back():
    told = {
        int(number): cells[2].startswith("yes")
        for cells in rows(GUIDE, "code")
        for number in re.findall(r"\b\d{4}\b", cells[0])
    }
    assert set(CloseCode) <= set(told)
    assert told == {number: may_reconnect(number) for number in told}


def test_the_error_codes_that_are_named_are_in_the_catalogue():
    cells = (cells[0] for cells in rows(GUIDE, "code"))
    named = {name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)}
    assert named and named <= set(Problem.catalogue)


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        (r"Up to (\d+) channels per connection", limits.CHANNELS_MAX),
        (r"Budgets: (\d+) frames a second", limits.COMMANDS_PER_SECOND),
        (r"for long, (\d+) at once", limits.COMMANDS_BURST),
        (r"at once, (\d+) commands in flight", limits.COMMANDS_IN_FLIGHT_MAX),
        (r"a list of up to (\d+)", limits.FRAMES_PER_MESSAGE_MAX),
        (r"Messages have up to (\d+) KiB", limits.MESSAGE_BYTES_MAX // limits.KIB),
        (r"in them (\d+) KiB", limits.ACTIVITY_MESSAGE_BYTES_MAX // limits.KIB),
        (r"before `auth` (\d+) KiB", limits.UNAUTHENTICATED_MESSAGE_BYTES_MAX // limits.KIB),
        (r"Within (\d+) seconds the client says", limits.AUTH_WITHIN_S),
        (r"pings every (\d+) s", limits.PING_EVERY_S),
        (r"(\d+) s of silence closes", limits.SILENCE_MAX_S),
        (r"heard nothing for (\d+) s", limits.CLIENT_SILENCE_MAX_S),
        (r"(\d+) s before the token ends", limits.EXPIRING_BEFORE_S),
        (r"(\d+) s after the end it is too late", limits.EXPIRY_GRACE_S),
        (r"With more than ([\d,]+) events missed", limits.REPLAY_EVENTS_MAX),
    ],
)
def test_the_limits_that_are_told_are_those_in_force(sentence: str, value: float):
    found = re.search(sentence, re.sub(r"\s+", " ", prose(GUIDE)))
    assert found is not None, "the guide no longer says so"
    assert int(found[1].replace(",", "")) == value
