"""Channel names, close codes, subprotocols, and the errors' pointers."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.ids import DrawingId
from fittrack.kit.problems import FieldError, Problem, RateLimited, Validation
from protocol.channels import (
    Channel,
    DrawingChannel,
    DrawingsChannel,
    LeaderboardChannel,
    OpsChannel,
    parse_channel,
)
from protocol.close_codes import CloseCode, may_reconnect
from protocol.codec import JSON, MSGPACK, SUBPROTOCOLS, codec_for
from protocol.errors import catalogue, err_of, field_error
from protocol.inbound import BuyTickets, LogActivities
from protocol.outbound import ErrorField

channels = (
    st.sampled_from([DrawingsChannel(), OpsChannel()])
    | st.uuids().map(lambda id: DrawingChannel(DrawingId(id)))
    | st.builds(
        LeaderboardChannel,
        st.sampled_from(["daily", "weekly", "monthly", "alltime"]),
        st.sampled_from(["OPEN", "F-30-39-INT", "M-60+-ADV"]),
    )
)


@given(channels)
def test_a_channel_is_what_its_name_says(channel: Channel) -> None:
    assert parse_channel(str(channel)) == channel


@given(st.text())
def test_any_other_name_is_refused(name: str) -> None:
    try:
        assert str(parse_channel(name)) == name
    except Validation as problem:
        assert problem.errors[0].pointer == "/ch"


@pytest.mark.parametrize(
    "name", ["drawings\n", "drawing:", "leaderboard:daily:", "leaderboard:daily:open", "OPS"]
)
def test_only_the_canonical_spelling_is_a_name(name: str) -> None:
    with pytest.raises(Validation):
        parse_channel(name)


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 4001, 4003, 4004, 4005])
def test_these_codes_mean_come_back(code: int) -> None:
    assert may_reconnect(code)


@pytest.mark.parametrize("code", [4500, 4501, 4502, 4503, 4504, 4599])
def test_these_codes_mean_stop(code: int) -> None:
    assert not may_reconnect(code)


def test_a_close_reason_fits_its_frame() -> None:
    assert all(0 < len(code.reason.encode()) <= 123 for code in CloseCode)


def test_the_clients_first_known_subprotocol_is_taken() -> None:
    assert codec_for(["x", "fittrack.v1.json", "fittrack.v1.msgpack"]) is JSON
    assert codec_for(SUBPROTOCOLS) is MSGPACK
    assert codec_for([]) is codec_for(["fittrack.v2.msgpack"]) is None


def test_a_problem_becomes_an_err_with_everything_it_says() -> None:
    err = err_of(RateLimited("Slow down", after_ms=50))
    assert (err.code, err.status, err.detail, err.retryable, err.after_ms) == (
        "rate-limited",
        429,
        "Slow down",
        True,
        50,
    )
    err = err_of(Validation(errors=[FieldError("/quantity", "Is required")]))
    assert err.errors == [ErrorField(pointer="/quantity", detail="Is required")]
    assert err.after_ms is msgspec.UNSET


@pytest.mark.parametrize("problem", catalogue(), ids=lambda problem: problem.code)
def test_every_problem_of_the_catalogue_can_be_said(problem: type[Problem]) -> None:
    assert err_of(Problem.again(problem.code, "Said.")).status == problem.status


@pytest.mark.parametrize(
    ("type", "data", "pointer"),
    [
        (BuyTickets, {"drawing_id": "0195b8f0-0000-7000-8000-000000000001"}, "/quantity"),
        (BuyTickets, {"a/b~c": 1}, "/a~1b~0c"),
        (BuyTickets, [], ""),
        (LogActivities, {"activities": [{"activity_type": "nap"}]}, "/activities/0/activity_type"),
        (dict[str, list[int]], {"a": [1, "b"]}, ""),
        (list[dict[str, int]], [{}, {"a": "b"}], "/1"),
    ],
)
def test_what_does_not_validate_is_pointed_at(type: object, data: object, pointer: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(data, type)
    assert field_error(caught.value).pointer == pointer
