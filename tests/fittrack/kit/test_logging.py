"""What is written to the logs, and what is not."""

import io
import json
import logging

import pytest
import structlog

from fittrack.kit.correlation import accept_correlation_id, correlation_id
from fittrack.kit.logging import configure_logging
from tests.logs import lines

__all__ = ["lines"]


@pytest.fixture
def log():
    return structlog.stdlib.get_logger("fittrack.test")


def test_an_event_is_one_line_of_json(lines, log):
    log.info("drawing.closed", tickets=7)
    (line,) = lines()
    assert (line["event"], line["tickets"], line["level"]) == ("drawing.closed", 7, "info")
    assert line["timestamp"].endswith("Z")


def test_lines_carry_the_request_on_whose_behalf_they_are_written(lines, log):
    token = correlation_id.set("r-1")
    log.info("inside")
    logging.getLogger("some.library").warning("also inside")
    correlation_id.reset(token)
    log.info("outside")
    assert [line.get("request_id") for line in lines()] == ["r-1", "r-1", None]


def test_secrets_and_personal_data_are_left_out(lines, log):
    log.info(
        "login",
        password="hunter2",
        email="a@b.example",
        refresh_token="hunter2",
        headers={"Authorization": "hunter2", "Accept": "json"},
        user_id="u",
    )
    (line,) = lines()
    assert "hunter2" not in json.dumps(line)
    assert "a@b.example" not in json.dumps(line)
    assert (line["user_id"], line["headers"]["Accept"]) == ("u", "json")


def test_a_traceback_shows_no_values(lines, log):
    def fail(password: str) -> None:
        raise RuntimeError("it broke")

    try:
        fail("hunter2")
    except RuntimeError:
        log.exception("failed")
    (line,) = lines()
    assert "it broke" in line["exception"]
    assert "hunter2" not in line["exception"].replace('fail("hunter2")', "")


def test_what_is_below_the_level_is_not_written(lines, log):
    log.debug("noise")
    assert lines() == []


def test_people_get_lines_they_can_read(log):
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    configure_logging("INFO", "console", stream)
    log.info("hello", answer=42)
    root.handlers[:], root.level = before
    structlog.reset_defaults()
    assert "hello" in stream.getvalue()


def test_harmless_ids_are_accepted_and_others_are_not():
    assert accept_correlation_id("trace.1_a-b") == "trace.1_a-b"
    for harmful in (None, "", "x" * 65, "a b", "a\nb", "é"):
        assert accept_correlation_id(harmful) is None
