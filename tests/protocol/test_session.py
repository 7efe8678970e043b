"""The life of a session: who is there, what they may ask, and when it ends."""

import pytest

from fittrack.kit.problems import Busy, Conflict, Unauthenticated
from protocol.channels import DrawingsChannel, OpsChannel
from protocol.close_codes import CloseCode
from protocol.codec import JSON, MSGPACK, Codec
from protocol.inbound import BuyTickets, ReadInbox, Resume
from protocol.limits import CHANNELS_MAX, COMMANDS_IN_FLIGHT_MAX
from protocol.outbound import Err, Expiring, Hello, InboxRead, Ok, Pong, Refreshed, Welcome
from protocol.session import Phase
from protocol.shapes import instant
from protocol.streams import start_from
from tests.protocol.examples import A_PURCHASE, DRAWING, KEY, NOON, Line, a_policy, a_welcome, signed_in


@pytest.fixture(params=[MSGPACK, JSON], ids=["msgpack", "json"])
def codec(request: pytest.FixtureRequest) -> Codec:
    codec: Codec = request.param
    return codec


def test_the_server_says_hello_at_once() -> None:
    line = Line()
    assert isinstance(line.server.last.d, Hello)
    assert line.server.last.d.now == "2026-03-01T12:00:00.000Z"
    assert (line.server.last.d.heartbeat_ms, line.server.last.d.auth_within_ms) == (25_000, 10_000)


def test_auth_is_handed_over_with_what_to_resume(codec: Codec) -> None:
    line = Line(codec)
    line.say({"t": "auth", "id": "a", "d": {"token": "x", "resume": {"ledger": 3, "inbox": 1}}})
    [(frame_id, auth)] = line.server.auths
    assert frame_id == "a"
    assert (auth.token, auth.resume) == ("x", Resume(ledger=3, inbox=1))


def test_welcome_answers_auth_under_its_id() -> None:
    line = Line()
    line.say({"t": "auth", "id": "a", "d": {"token": "x"}})
    line.session.welcome("a", a_welcome(), start_from(None, ledger_head=4, inbox_head=2), token_ends=9e9)
    assert line.server.last.id == "a"
    assert isinstance(line.server.last.d, Welcome)
    assert line.session.phase is Phase.OPEN
    assert not line.session.behind


def test_a_resumed_session_is_behind_until_everything_missed_was_sent() -> None:
    line = Line()
    line.say({"t": "auth", "d": {"token": "x", "resume": {"ledger": 1, "inbox": 2}}})
    start = start_from(line.server.auths[0][1].resume, ledger_head=4, inbox_head=2)
    line.session.welcome(None, a_welcome(resumed=True), start, token_ends=9e9)
    assert line.session.ledger is not None
    assert line.session.behind
    line.session.ledger.advance(4)
    assert not line.session.behind


@pytest.mark.parametrize("frame", [A_PURCHASE, {"t": "ping", "id": 7}, {"t": "sub", "id": 7, "ch": "ops"}])
def test_before_auth_everything_else_is_refused(frame: dict[str, object]) -> None:
    line = Line()
    line.say(frame)
    assert line.server.errors() == ["unauthenticated"]
    assert line.server.last.id == 7
    assert not line.server.closed


def test_without_auth_the_session_ends_after_ten_seconds() -> None:
    line = Line()
    line.wait(9.9)
    assert not line.server.closed
    line.wait(0.1)
    assert line.server.errors() == ["unauthenticated"]
    assert line.server.closed == [CloseCode.NO_HEARTBEAT], "its token may be good: it may come back"


def test_a_slow_check_of_the_token_is_not_the_clients_fault() -> None:
    line = Line()
    line.say({"t": "auth", "d": {"token": "x"}})
    line.wait(11)
    assert not line.server.closed


def test_a_bad_token_is_told_and_ends_the_session() -> None:
    line = Line()
    line.say({"t": "auth", "id": 1, "d": {"token": "x"}})
    line.session.refuse(1, Unauthenticated("The token has expired"))
    assert line.server.errors() == ["unauthenticated"]
    assert line.server.closed == [CloseCode.BAD_TOKEN]


def test_auth_needs_a_token() -> None:
    line = Line()
    line.say({"t": "auth", "id": 1, "d": {}})
    assert line.server.errors() == ["validation"]
    assert not line.server.auths


def test_a_second_auth_is_refused() -> None:
    line = signed_in()
    line.say({"t": "auth", "id": 2, "d": {"token": "x"}})
    assert line.server.errors() == ["conflict"]


def test_a_token_in_the_upgrade_needs_auth_only_to_resume() -> None:
    line = Line(bearer=True)
    start = start_from(None, ledger_head=4, inbox_head=2)
    line.session.welcome(None, a_welcome(), start, token_ends=9e9)
    line.say({"t": "auth", "id": 1, "d": {"resume": {"ledger": 3, "inbox": 2}}})
    [(_, auth)] = line.server.auths
    line.session.welcome(
        1, a_welcome(resumed=True), start_from(auth.resume, ledger_head=4, inbox_head=2), token_ends=9e9
    )
    assert line.session.behind
    line.say({"t": "auth", "id": 2, "d": {}})
    assert line.server.errors() == ["conflict"]


def test_a_resume_that_overtakes_the_check_of_the_upgrade_waits_for_it() -> None:
    line = Line(bearer=True)
    line.say({"t": "auth", "id": 1, "d": {"resume": {"ledger": 3, "inbox": 2}}})
    assert not line.server.auths
    line.session.welcome(None, a_welcome(), start_from(None, ledger_head=4, inbox_head=2), token_ends=9e9)
    assert [frame_id for frame_id, _ in line.server.auths] == [1]


def test_a_command_arrives_typed_with_its_key(codec: Codec) -> None:
    line = signed_in(codec)
    line.say(A_PURCHASE)
    [(exchange, command)] = line.server.commands
    assert command == BuyTickets(drawing_id=DRAWING, quantity=3)
    assert (exchange.id, exchange.key) == (7, KEY)


def test_an_answer_says_when_it_is_an_earlier_one() -> None:
    line = signed_in()
    line.say({"t": "inbox.read", "id": 1, "key": str(KEY), "d": {"up_to": 2}})
    [(exchange, command)] = line.server.commands
    assert command == ReadInbox(up_to=2)
    exchange.ok(InboxRead(unread=0), replayed=True)
    assert line.server.last.d == InboxRead(unread=0, replayed=True)
    assert JSON.encode(line.server.last) == b'{"t":"ok","d":{"replayed":true,"unread":0},"id":1}'


def test_a_request_gets_exactly_one_answer() -> None:
    line = signed_in()
    line.say(A_PURCHASE)
    [(exchange, _)] = line.server.commands
    exchange.err(Busy())
    with pytest.raises(AssertionError):
        exchange.ok()
    assert [frame.t for frame in line.server.sent] == ["err"]


def test_a_command_without_a_key_is_refused() -> None:
    line = signed_in()
    line.say({"t": "tickets.buy", "id": 1, "d": {"drawing_id": str(DRAWING), "quantity": 1}})
    assert line.server.errors() == ["validation"]
    assert not line.server.commands


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"drawing_id": str(DRAWING), "quantity": 0}, "/quantity"),
        ({"drawing_id": str(DRAWING), "quantity": True}, "/quantity"),
        ({"drawing_id": str(DRAWING)}, "/quantity"),
        ({"drawing_id": "mine", "quantity": 1}, "/drawing_id"),
        ({"drawing_id": str(DRAWING), "quantity": 1, "points": 9}, "/points"),
    ],
)
def test_data_that_is_not_right_is_pointed_at(codec: Codec, data: dict[str, object], pointer: str) -> None:
    line = signed_in(codec)
    line.say({"t": "tickets.buy", "id": 1, "key": str(KEY), "d": data})
    answer = line.server.last.d
    assert isinstance(answer, Err)
    assert answer.code == "validation"
    assert isinstance(answer.errors, list)
    assert [error.pointer for error in answer.errors] == [pointer]


def test_a_command_without_data_is_refused(codec: Codec) -> None:
    line = signed_in(codec)
    line.say({"t": "tickets.buy", "id": 1, "key": str(KEY)})
    assert line.server.errors() == ["validation"]


def test_an_unknown_command_is_told_and_forgiven() -> None:
    line = signed_in()
    line.say({"t": "tickets.sell", "id": 1})
    assert line.server.errors() == ["invalid-frame"]
    assert line.server.last.id == 1


def test_ping_is_answered_with_the_servers_clock(codec: Codec) -> None:
    line = signed_in(codec)
    line.say({"t": "ping", "id": 5, "d": {}})
    assert line.server.last.d == Pong(now=instant(NOON))
    assert line.server.last.id == 5


def test_frames_of_a_list_are_taken_in_order(codec: Codec) -> None:
    line = signed_in(codec)
    line.say(A_PURCHASE, {"t": "ping", "id": 8}, {"t": "sub", "id": 9, "ch": "drawings"})
    assert len(line.server.commands) == 1
    assert [frame.t for frame in line.server.sent] == ["pong"]
    assert [channel for _, channel in line.server.subscribed] == [DrawingsChannel()]


def test_a_refused_subscription_frees_its_place() -> None:
    line = signed_in(policy=a_policy(channels=1))
    line.say({"t": "sub", "id": 1, "ch": "ops"})
    line.server.subscribed[0][0].err(Conflict())
    assert not line.session.channels
    line.say({"t": "sub", "id": 2, "ch": "drawings"})
    assert line.session.channels == {"drawings"}


def test_subscribing_again_asks_for_a_fresh_snapshot_and_takes_no_further_place() -> None:
    line = signed_in(policy=a_policy(channels=1))
    line.say({"t": "sub", "id": 1, "ch": "drawings"}, {"t": "sub", "id": 2, "ch": "drawings"})
    assert len(line.server.subscribed) == 2
    assert not line.server.errors()


def test_fifty_channels_are_the_most() -> None:
    line = signed_in()
    for tier in range(CHANNELS_MAX):
        line.say({"t": "sub", "id": tier, "ch": f"leaderboard:daily:T{tier}"})
        line.server.subscribed[-1][0].ok()
    line.say({"t": "sub", "id": 50, "ch": "drawings"})
    assert line.server.errors() == ["conflict"]
    line.say({"t": "unsub", "id": 51, "ch": "leaderboard:daily:T0"}, {"t": "sub", "id": 52, "ch": "ops"})
    assert line.server.subscribed[-1][1] == OpsChannel()


@pytest.mark.parametrize(
    "name", [None, "", "drawing:1", f"drawing:{DRAWING}".upper(), "leaderboard:hourly:OPEN"]
)
def test_what_is_no_channel_is_refused(name: str | None) -> None:
    line = signed_in()
    line.say({"t": "sub", "id": 1, "ch": name})
    assert line.server.errors() == ["validation"]


def test_no_more_than_sixty_four_commands_are_in_flight() -> None:
    line = signed_in(policy=a_policy(commands_burst=1000))
    for number in range(COMMANDS_IN_FLIGHT_MAX):
        line.say({**A_PURCHASE, "id": number})
    line.say({**A_PURCHASE, "id": 64})
    assert line.server.errors() == ["busy"]
    line.server.commands[0][0].ok()
    line.say({**A_PURCHASE, "id": 64})
    assert len(line.server.commands) == COMMANDS_IN_FLIGHT_MAX + 1


def test_above_its_budget_a_client_is_told_when_to_come_back() -> None:
    line = signed_in()
    line.now += 10
    for number in range(100):
        line.say({"t": "ping", "id": number})
    line.say({"t": "ping", "id": 100})
    refusal = line.server.last.d
    assert isinstance(refusal, Err)
    assert (refusal.code, refusal.retryable) == ("rate-limited", True)
    assert isinstance(refusal.after_ms, int)
    line.now += refusal.after_ms / 1000
    line.say({"t": "ping", "id": 101})
    assert isinstance(line.server.last.d, Pong)


def test_a_token_about_to_end_is_announced_once_and_can_be_renewed() -> None:
    line = signed_in(token_s=100)
    line.wait(39)
    assert not line.server.sent
    for _ in range(3):
        line.wait(1)
    assert [frame.d for frame in line.server.sent] == [Expiring(expires_at=instant(NOON))]
    line.say({"t": "refresh", "id": 1, "d": {"token": "newer"}})
    [(exchange, token)] = line.server.refreshed
    assert token == "newer"
    line.session.renew(line.now + 3600, instant(NOON))
    exchange.ok(Refreshed(expires_at=instant(NOON)))
    line.wait(50)
    assert not line.server.closed


def test_an_expired_token_has_twenty_five_seconds_of_grace() -> None:
    line = signed_in(token_s=30)
    line.wait(54)
    assert not line.server.closed
    line.say(A_PURCHASE)
    assert line.server.commands
    line.wait(1)
    assert line.server.closed == [CloseCode.TOKEN_EXPIRED]


def test_a_silent_minute_ends_the_session_and_a_pong_saves_it() -> None:
    line = signed_in()
    line.wait(59)
    line.session.heard(line.now)
    line.wait(59)
    assert not line.server.closed
    line.wait(1)
    assert line.server.closed == [CloseCode.NO_HEARTBEAT]


def test_a_ping_is_due_every_twenty_five_seconds() -> None:
    line = signed_in()
    due = []
    for second in range(1, 101):
        line.session.heard(line.now)
        if line.wait(1):
            due.append(second)
    assert due == [25, 50, 75, 100]


def test_after_the_close_nothing_is_taken_and_late_answers_go_nowhere() -> None:
    line = signed_in()
    line.say(A_PURCHASE)
    line.session.close(CloseCode.REVOKED)
    line.session.close(CloseCode.REPLACED)
    line.server.commands[0][0].ok()
    line.say(A_PURCHASE)
    line.session.send(Ok())
    assert line.server.closed == [CloseCode.REVOKED]
    assert len(line.server.commands) == 1
    assert not line.wait(100)


def test_answers_after_a_lost_connection_go_nowhere() -> None:
    line = signed_in()
    line.say(A_PURCHASE)
    line.session.lost()
    line.server.commands[0][0].ok()
    assert not line.server.sent
    assert not line.server.closed


@pytest.mark.parametrize(
    ("codec", "up_to"),
    [(MSGPACK, 2**53), (MSGPACK, 2**64 - 1), (JSON, 2**53), (JSON, 2**64), (JSON, 10**40)],
    indirect=["codec"],
)
def test_a_position_that_no_stream_reaches_is_refused(codec: Codec, up_to: int) -> None:
    line = signed_in(codec)
    line.say({"t": "inbox.read", "id": 1, "key": str(KEY), "d": {"up_to": up_to}})
    assert line.server.errors() == ["validation"]


def test_who_has_to_wait_keeps_the_channels_that_were_his() -> None:
    line = signed_in(policy=a_policy(channels=2, commands_in_flight=1))
    line.say({"t": "sub", "id": 1, "ch": "drawings"})
    line.server.subscribed[0][0].ok()
    line.say({**A_PURCHASE, "id": 2})
    line.say({"t": "sub", "id": 3, "ch": "ops"}, {"t": "unsub", "id": 4, "ch": "drawings"})
    assert line.server.errors() == ["busy", "busy"]
    assert line.session.channels == {"drawings"}
